/** What one look at this computer found. */
export interface Finding {
  readonly status: "well" | "warning" | "broken";
  /** What was looked at, in a word or two. */
  readonly subject: string;
  readonly text: string;
  /** What to do about it. */
  readonly cure?: string;
}
