interface BytesDownloadProps {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Bytes that are no picture: to be kept as a file, and never shown as anything. */
export function BytesDownload({ name, bytes }: BytesDownloadProps) {
  return (
    <p class="result">
      {bytes.byteLength.toLocaleString("en")} bytes{" "}
      <button type="button" onClick={() => download(`${name}.bin`, bytes, "application/octet-stream")}>
        Download
      </button>
    </p>
  );
}

/** Hands a file to the person, and forgets it. */
export function download(file: string, content: Uint8Array | string, type: string): void {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file.replaceAll(/[^\w.-]+/g, "_");
  link.click();
  // The browser takes it up after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
