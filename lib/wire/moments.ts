/** A moment of a server's clock as it is sent: finer means nothing. In milliseconds, both. */
export function toMicroseconds(moment: number): number {
  return Math.round(moment * 1_000) / 1_000;
}

/** A moment as it came; one that is no number counts as absent. */
export function momentOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
