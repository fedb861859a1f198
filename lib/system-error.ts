/** Whether something that was thrown is the system's error of this code, such as `ENOENT`. */
export function hasCode(thrown: unknown, code: string): boolean {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === code;
}
