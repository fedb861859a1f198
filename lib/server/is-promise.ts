/** Whether a value is to be waited for. */
export function isPromise<T>(value: T): value is Extract<T, PromiseLike<unknown>> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
