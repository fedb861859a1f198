import { messageOf } from "../errors";
import { stackOf } from "../thrown";
import { type Logger } from "../log/logger";

const EVENT = "unhandledRejection";

/** Who is told, one entry for each server. */
const listeners = new Set<(reason: unknown) => void>();

/**
 * Keeps the process alive when a promise is rejected and nobody handles it, such as in a timer of the device's own
 * code, for as long as anything is served: a device that is away because of a forgotten `catch` is worse than a line in
 * the log. Node would end the process. An application that listens to `unhandledRejection` itself decides itself.
 *
 * @returns Ends it for this server. Idempotent.
 */
export function surviveUnhandledRejections(log: Logger): () => void {
  if (listeners.size === 0 && process.listenerCount(EVENT) === 0) process.on(EVENT, tellOne);
  const listener = (reason: unknown) =>
    log.error(
      { err: reason, stack: stackOf(reason) },
      `a promise was rejected and nobody handled it; the process goes on serving: ${messageOf(reason)}`,
    );
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) process.off(EVENT, tellOne);
  };
}

/** Which device it was cannot be known: the one that is served longest tells it. */
function tellOne(reason: unknown): void {
  const [listener] = listeners;
  listener?.(reason);
}
