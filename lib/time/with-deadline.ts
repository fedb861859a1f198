/**
 * What a promise gives, or what is to happen instead where it takes too long.
 *
 * @param timeoutMs - Milliseconds.
 * @param onLate - Gives the result, or throws, when the time is over; the work itself goes on unheeded.
 */
export async function withDeadline<T, L>(
  work: PromiseLike<T>,
  timeoutMs: number,
  onLate: () => L,
): Promise<T | L> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<L>((resolve) => {
    timer = setTimeout(() => resolve(Promise.resolve().then(onLate)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
