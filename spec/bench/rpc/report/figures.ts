/** A figure with about three digits that count. */
export function figure(value: number): string {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const rounded = size >= 10_000 ? Math.round(value / 100) * 100 : value;
  return rounded.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
