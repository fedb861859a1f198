import { type DeviceRecord } from "../discovery/device-directory";
import { AuthenticationError } from "../errors";
import { Exchange } from "../transport/exchange";
import { transportOf } from "../transport/transports";
import { decodeInventory } from "../wire/inventory";
import { decodeReply } from "../wire/replies";
import { encodeRequest } from "../wire/requests";

/** How long a device has to show that it is there, in milliseconds. */
const PROBE_MS = 500;

/** Probes at the same time; strangers choose which addresses a registry connects to. */
const MAX_PROBES = 16;

/** More than any inventory has. */
const MAX_REPLY_BYTES = 1024 * 1024;

/** Asks devices whether they are still where they registered, each of them once at a time. */
export class HolderProbe {
  private readonly running = new Map<DeviceRecord, Promise<boolean>>();
  private readonly closing = new AbortController();

  /** Whether the device is there, as far as can be seen from here; where it is not asked, it is. Does not throw. */
  isThere(device: DeviceRecord): Promise<boolean> {
    const running = this.running.get(device);
    if (running !== undefined) return running;
    if (this.running.size >= MAX_PROBES || this.closing.signal.aborted) return Promise.resolve(true);
    const probe = isThere(device, AbortSignal.any([this.closing.signal, AbortSignal.timeout(PROBE_MS)]));
    this.running.set(device, probe);
    void probe.then(() => this.running.delete(device));
    return probe;
  }

  /** Ends what is under way. Idempotent. */
  close(): void {
    this.closing.abort();
  }
}

/**
 * A device that shakes hands but does not answer in time is busy, not gone: an original answers nothing while a method
 * runs. One that refuses the key is there as well. A device of another name is another one.
 */
async function isThere({ name, url }: DeviceRecord, signal: AbortSignal): Promise<boolean> {
  // Reached within its own process only.
  if (url.startsWith("inproc:")) return true;
  let exchange: Exchange;
  try {
    exchange = await open(url, signal);
  } catch (error) {
    return error instanceof AuthenticationError;
  }
  signal.addEventListener("abort", () => exchange.end("no answer"), { once: true });
  try {
    const reply = await exchange
      .ask(encodeRequest({ event: "GET_INVENTORY" }), "GET_INVENTORY")
      .catch(() => undefined);
    if (reply === undefined) return true;
    const decoded = decodeReply(reply);
    if (decoded.kind !== "success") return true;
    const { name: answering } = decodeInventory(decoded.body);
    return answering === "" || answering === name;
  } catch {
    return false;
  } finally {
    exchange.end("the question was answered");
  }
}

function open(url: string, signal: AbortSignal): Promise<Exchange> {
  const transport = transportOf(url);
  return Exchange.open(
    transport.client(),
    transport.checkedUrl(url),
    () => ({
      beginningOf: () => "",
      knownSignalPort: () => undefined,
      askSignalPort: () => Promise.reject(new Error("nothing is subscribed")),
    }),
    { onSignal: () => undefined, onSignalsBack: () => undefined, onSignalsLost: () => undefined },
    {
      maxMessageBytes: MAX_REPLY_BYTES,
      handshakeTimeoutMs: PROBE_MS,
      security: transport.resolveClientSecurity?.("plain"),
    },
    signal,
  );
}
