import { AuthenticationError, messageOf } from "../../errors";

/**
 * The first of several addresses of one host that can be opened, tried in order.
 *
 * @param signal - Ends the attempts.
 * @throws AuthenticationError if one of them does not trust this client's keys; else Error with the reasons.
 */
export async function firstOpened<T>(
  targets: readonly string[],
  signal: AbortSignal,
  open: (target: string) => Promise<T>,
): Promise<T> {
  const failures: { readonly target: string; readonly error: unknown }[] = [];
  for (const target of targets) {
    try {
      return await open(target);
    } catch (error) {
      signal.throwIfAborted();
      failures.push({ target, error });
    }
  }
  throw combined(failures);
}

function combined(failures: readonly { readonly target: string; readonly error: unknown }[]): unknown {
  const refusal = failures.find(({ error }) => error instanceof AuthenticationError);
  if (refusal !== undefined) return refusal.error;
  const reasons = new Set(failures.map(({ error }) => messageOf(error)));
  if (reasons.size === 1) return failures[0]?.error;
  return new Error(failures.map(({ target, error }) => `${target}: ${messageOf(error)}`).join("; "));
}
