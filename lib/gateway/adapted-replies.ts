import { callerName } from "../server/caller-name";
import { type Frame } from "../wire/frame";
import { type Feature } from "../wire/inventory";
import { encodeJson } from "../wire/json";
import { decodeObject, isObject, type ReceivedReply } from "../wire/message";
import { MAX_REPRESENTED_BYTES } from "../wire/represented-caller";
import { type ForwardedCalls } from "./forwarded-calls";

/**
 * What a device may offer through the gateway. The others concern one connection alone; what is not known may depend on
 * who the client is, and is not offered.
 */
const PASSED_ON: ReadonlySet<string> = new Set<Feature>([
  "arrays",
  "cancel",
  "confirm-subscriptions",
  "health",
  "member-pages",
  "signal-counts",
  "stats",
  "status",
  "streams",
  "users",
]);

/** What the gateway takes in one message, in bytes. */
export interface MessageLimits {
  readonly maxMessageBytes: number;
  readonly maxTextBytes: number;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * An inventory as it holds for who is connected through the gateway. An original's is left as it is.
 *
 * @param isBridge - Whether it tells that the device is brought by somebody else.
 */
export function adaptedInventory(
  reply: ReceivedReply,
  calls: ForwardedCalls,
  client: string,
  limits: MessageLimits,
  isBridge = false,
): readonly Frame[] {
  return adapted(reply, (told) => {
    const inventory = isBridge ? { ...told, bridged: true } : told;
    const { rigwire } = inventory;
    if (!isObject(rigwire)) return inventory;
    const features: readonly unknown[] = Array.isArray(rigwire.features) ? rigwire.features : [];
    // The device takes no longer text, and the gateway adds to it.
    const added = features.includes("on-behalf-of" satisfies Feature) ? MAX_REPRESENTED_BYTES : 0;
    return {
      ...inventory,
      rigwire: {
        ...withRunning(rigwire, calls, client),
        signalPort: 0,
        features: features.filter((feature) => typeof feature === "string" && PASSED_ON.has(feature)),
        maxMessageBytes: lesser(rigwire.maxMessageBytes, limits.maxMessageBytes, added),
        maxTextBytes: lesser(rigwire.maxTextBytes, limits.maxTextBytes, added),
      },
    };
  });
}

/** A status: what runs for a client of the gateway is called by that client, not by the gateway. */
export function adaptedStatus(reply: ReceivedReply, calls: ForwardedCalls, client: string): readonly Frame[] {
  return adapted(reply, (status) => withRunning(status, calls, client));
}

/** The counts of a device, and of what is subscribed here, those of the signals that have come by. */
export function adaptedCounts(
  reply: ReceivedReply,
  counts: Readonly<Record<string, number>>,
): readonly Frame[] {
  return adapted(reply, ({ success, seq }) => ({ success, seq: { ...(isObject(seq) && seq), ...counts } }));
}

function adapted(reply: ReceivedReply, change: (body: Members) => Members): readonly Frame[] {
  const [body = new Uint8Array(0)] = reply;
  const message = decodeObject(body);
  return [encodeJson(message.success === false ? message : change(message))];
}

function withRunning(status: Members, calls: ForwardedCalls, client: string): Members {
  const { running } = status;
  if (!isObject(running) || typeof running.id !== "string") return status;
  const call = calls.numbered(running.id);
  if (call === undefined || call.method !== running.method) {
    // A number of another client of the device may be one of this client as well.
    return { ...status, running: { ...running, id: "" } };
  }
  const id = call.client.id === client ? call.clientsId : "";
  return { ...status, running: { ...running, client: callerName(call.client), id } };
}

function lesser(told: unknown, limit: number, added: number): number {
  return typeof told === "number" ? Math.min(Math.max(told - added, 1), limit) : limit;
}
