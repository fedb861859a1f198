/** A string literal, whatever is in it. */
export function literal(value: string): string {
  return JSON.stringify(value);
}

/** Text that cannot end the comment it stands in. */
export function comment(value: string): string {
  return value.replaceAll("*/", "* /").replaceAll(/\s+/g, " ");
}

/** The name of a field as it stands in an interface. */
export function propertyKey(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}

/** A comment above a member, a line each; nothing where there is nothing to say. */
export function documentation(told: readonly (string | undefined)[]): readonly string[] {
  const lines = told.filter((line) => line !== undefined && line !== "").map((line) => comment(line ?? ""));
  const [only] = lines;
  if (only === undefined) return [];
  if (lines.length === 1) return [`  /** ${only} */`];
  return ["  /**", ...lines.map((line) => `   * ${line}`), "   */"];
}
