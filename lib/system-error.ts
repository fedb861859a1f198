/**
 * Whether something that was thrown is the system's error of this code, such as `ENOENT`. By its shape: an error of the
 * binding is no `Error` of a second module realm, such as a test's.
 */
export function hasCode(thrown: unknown, code: string): boolean {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === code;
}
