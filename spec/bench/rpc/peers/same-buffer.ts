const buffers = new Map<number, Buffer>();

/** Bytes of a size; the same ones at every call, so that making them is not measured. */
export function sameBuffer(bytes: number): Buffer {
  let buffer = buffers.get(bytes);
  if (buffer === undefined) {
    buffer = Buffer.alloc(bytes, 7);
    buffers.set(bytes, buffer);
  }
  return buffer;
}
