/** So much is handed to the browser at a time, in bytes: it copies it while the page stands. */
const PIECE_BYTES = 4 * 1024 * 1024;

/** The bytes as the browser's own; the page answers in between, however many there are. */
export async function blobOf(bytes: Uint8Array, type: string): Promise<Blob> {
  const pieces: Blob[] = [];
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    if (from > 0) await new Promise((resolve) => setTimeout(resolve));
    pieces.push(new Blob([bytes.subarray(from, from + PIECE_BYTES) as BlobPart]));
  }
  return new Blob(pieces, { type });
}
