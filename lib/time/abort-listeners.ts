/** Who waits for a signal: one listener of the signal serves them all, since Node warns of more than ten. */
interface Waiting {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls a listener when a signal aborts that has not done so yet.
 *
 * @returns Ends the listening.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listenTo(signal);
  waiting.listeners.add(listener);
  return () => {
    if (!waiting.listeners.delete(listener) || waiting.listeners.size > 0) return;
    signal.removeEventListener("abort", waiting.tell);
    if (waitingFor.get(signal) === waiting) waitingFor.delete(signal);
  };
}

function listenTo(signal: AbortSignal): Waiting {
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  const waiting = { listeners, tell };
  waitingFor.set(signal, waiting);
  signal.addEventListener("abort", tell, { once: true });
  return waiting;
}
