const MS_PER_SECOND = 1_000;
const MS_PER_MINUTE = 60_000;

/** A duration for people: `0.42 ms`, `12 ms`, `1.5 s`, `2 min`. */
export function formatMs(ms: number): string {
  if (ms >= 2 * MS_PER_MINUTE) return `${rounded(ms / MS_PER_MINUTE)} min`;
  if (ms >= MS_PER_SECOND) return `${rounded(ms / MS_PER_SECOND)} s`;
  return `${rounded(ms)} ms`;
}

/** A size for people: `96 B`, `48.2 KiB`, `1.5 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}

/** `14:03:27.512`, this computer's time. */
export function formatTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** Two digits that count, no more. */
function rounded(value: number): string {
  if (value >= 10) return String(Math.round(value));
  return String(Number(value.toFixed(value >= 1 ? 1 : 2)));
}

/** Milliseconds for machines, to the microsecond: the rest is noise. */
export function preciseMs(ms: number): number {
  return Number(ms.toFixed(3));
}
