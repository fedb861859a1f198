/** From so many bytes on a block is worth keeping the memory of the one before it. */
const LARGE_BYTES = 64 * 1024;

/** The largest block that glibc goes by, but for what it needs itself (`M_MMAP_THRESHOLD` in mallopt(3)). */
const LARGEST_BLOCK_BYTES = 31 * 1024 * 1024;

let isKept = false;

/**
 * Memory for a buffer, whatever is in it.
 *
 * glibc gives free memory back to the system beyond a bound, which follows the largest block that was once freed. A
 * client that reads pictures frees them in heaps, and would get the memory for the next ones anew, page by page: that
 * takes longer than to read them. So one block is taken and let go before the first picture. It is not touched, and
 * takes no memory; but of what was in use up to 64 MB stay with the process.
 */
export function memory(bytes: number): Buffer {
  if (bytes >= LARGE_BYTES && !isKept) {
    isKept = true;
    Buffer.allocUnsafeSlow(LARGEST_BLOCK_BYTES);
  }
  return Buffer.allocUnsafeSlow(bytes);
}
