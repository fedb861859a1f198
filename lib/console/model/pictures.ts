/** A picture, known by its first bytes and never by what anybody says of it. */
export interface PictureKind {
  readonly type: "image/png" | "image/jpeg";
  readonly width: number;
  readonly height: number;
}

/** A picture of more pixels is not drawn: a few bytes may unfold to gigabytes. */
export const MOST_PIXELS = 64_000_000;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const MARKER = 0xff;
const START_OF_SCAN = 0xda;

/** What picture the bytes are; nothing where they are none that is shown. */
export function pictureKind(bytes: Uint8Array): PictureKind | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length > 24 && PNG.every((byte, at) => bytes[at] === byte))
    return { type: "image/png", width: view.getUint32(16), height: view.getUint32(20) };
  return bytes.length > 4 && view.getUint16(0) === 0xffd8 ? jpegKind(view) : undefined;
}

/** Goes from segment to segment to the one that says the size. */
function jpegKind(view: DataView): PictureKind | undefined {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== MARKER) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === START_OF_SCAN) return undefined;
    // SOF0 to SOF15, without DHT, JPG and DAC, which stand among them.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { type: "image/jpeg", height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    at += marker === MARKER ? 1 : 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** The bytes of what a buffer method returned; nothing where it returned something else. */
export function bytesOf(result: unknown): Uint8Array | undefined {
  const [data] = Array.isArray(result) ? (result as unknown[]) : [result];
  return data instanceof Uint8Array ? data : undefined;
}

/** The object that came with the bytes. */
export function infoOf(result: unknown): unknown {
  return Array.isArray(result) ? (result as unknown[])[1] : undefined;
}
