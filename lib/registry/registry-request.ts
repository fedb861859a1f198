import { type DeviceQuery } from "../discovery/device-directory";
import { MalformedMessageError, messageOf } from "../errors";
import { type OwnershipProof } from "../security/ownership-proof";
import { encodeJson } from "../wire/json";
import { decodeObject, isObject, type Received } from "../wire/message";
import { networksField, networksOf, type NetworkUrl } from "./network-urls";
import { addressField, optionalTextField, textField, type Fields } from "../discovery/checked-fields";

/** What is asked of a registry (plantimager registry). The last two are additions: an original answers UNSUPPORTED. */
export type RegistryRequest =
  | RegisterRequest
  | { readonly event: "UNREGISTER"; readonly uuid: string }
  | { readonly event: "CHECK_ALIVE"; readonly uuid: string; readonly aliveTimeoutMs: number }
  | { readonly event: "LIST_DEVICES"; readonly query: DeviceQuery }
  /** Without a token: where devices are told. With one: answered when the registry sees its topic subscribed. */
  | { readonly event: "WATCH"; readonly token: string | undefined };

export interface RegisterRequest {
  readonly event: "REGISTER";
  readonly type: string;
  readonly url: string;
  /** Where it is reached from networks that its computer is in besides. An addition. */
  readonly networks?: readonly NetworkUrl[] | undefined;
  /** Empty to be given one. */
  readonly name: string;
  /** Takes the name from the device that has it. */
  readonly overwrite: boolean;
  /**
   * Whether a device that has the name is asked first if it is still there; else the new one gets another name at once,
   * as an original expects. An addition.
   */
  readonly askHolder?: boolean | undefined;
  /** Whose device it is, for a registry with keys. An addition: others do not read it. */
  readonly owner?: OwnershipProof | undefined;
}

/**
 * A device is pruned when it is not heard from for this long after registering (plantimager registry), in milliseconds.
 */
export const DEFAULT_ALIVE_TIMEOUT_MS = 20_000;

/** What anyone may have sent, as a registry sees it. */
export type DecodedRequest =
  | { readonly kind: "request"; readonly request: RegistryRequest }
  /** No event that a registry knows. */
  | { readonly kind: "unsupported"; readonly event: string; readonly reason: string }
  /** A known event with a payload that does not fit it. */
  | { readonly kind: "malformed"; readonly event: RegistryRequest["event"]; readonly reason: string };

export function encodeRegistryRequest(request: RegistryRequest): string {
  return encodeJson({ event: request.event, payload: payloadOf(request) });
}

function payloadOf(request: RegistryRequest): Fields {
  switch (request.event) {
    case "REGISTER": {
      const { type, url, networks, name, overwrite, askHolder, owner } = request;
      return {
        device_type: type,
        addr: url,
        ...networksField(networks),
        name,
        overwrite,
        ...(askHolder === true && { ask_holder: true }),
        ...(owner !== undefined && { owner }),
      };
    }
    case "UNREGISTER":
      return { uuid: request.uuid };
    case "CHECK_ALIVE":
      return { uuid: request.uuid, alive_timeout: request.aliveTimeoutMs / 1_000 };
    case "LIST_DEVICES":
      return { name: request.query.name, device_type: request.query.type };
    case "WATCH":
      return { token: request.token };
  }
}

/** Reads whatever came in. Does not throw. */
export function decodeRegistryRequest(body: Received): DecodedRequest {
  let message: Fields;
  try {
    message = decodeObject(body);
  } catch (error) {
    return { kind: "unsupported", event: "", reason: messageOf(error) };
  }
  const { event, payload = {} } = message;
  if (!isKnown(event)) return unsupported(event);
  try {
    if (!isObject(payload)) throw new MalformedMessageError('"payload" is no object');
    return { kind: "request", request: READERS[event](payload) };
  } catch (error) {
    return { kind: "malformed", event, reason: messageOf(error) };
  }
}

const READERS = {
  REGISTER: (payload: Fields): RegistryRequest => ({
    event: "REGISTER",
    type: textField(payload, "device_type"),
    url: addressField(payload, "addr"),
    networks: networksOf(payload),
    name: optionalTextField(payload, "name") ?? "",
    overwrite: overwriteOf(payload),
    askHolder: payload.ask_holder === true,
    owner: ownerOf(payload),
  }),
  UNREGISTER: (payload: Fields): RegistryRequest => ({
    event: "UNREGISTER",
    uuid: textField(payload, "uuid"),
  }),
  CHECK_ALIVE: (payload: Fields): RegistryRequest => ({
    event: "CHECK_ALIVE",
    uuid: textField(payload, "uuid"),
    aliveTimeoutMs: aliveTimeoutOf(payload),
  }),
  LIST_DEVICES: (payload: Fields): RegistryRequest => {
    const name = optionalTextField(payload, "name");
    const type = optionalTextField(payload, "device_type");
    return {
      event: "LIST_DEVICES",
      query: { ...(name !== undefined && { name }), ...(type !== undefined && { type }) },
    };
  },
  WATCH: (payload: Fields): RegistryRequest => ({
    event: "WATCH",
    token: optionalTextField(payload, "token"),
  }),
} as const;

function isKnown(event: unknown): event is RegistryRequest["event"] {
  return typeof event === "string" && Object.hasOwn(READERS, event);
}

const LONGEST_ECHO = 64;

function unsupported(event: unknown): DecodedRequest {
  if (event === undefined) return { kind: "unsupported", event: "", reason: 'the message has no "event"' };
  if (typeof event !== "string") return { kind: "unsupported", event: "", reason: '"event" is no text' };
  return { kind: "unsupported", event: event.slice(0, LONGEST_ECHO), reason: "" };
}

/** What Python takes for true, whatever it is (plantimager registry). */
function overwriteOf({ overwrite }: Fields): boolean {
  if (typeof overwrite !== "object" || overwrite === null)
    return Boolean(overwrite) || Number.isNaN(overwrite);
  return Object.keys(overwrite).length > 0;
}

function ownerOf({ owner }: Fields): OwnershipProof | undefined {
  if (owner === undefined || owner === null) return undefined;
  if (!isObject(owner)) throw new MalformedMessageError('"owner" is no object');
  return { publicKey: textField(owner, "publicKey"), mac: textField(owner, "mac") };
}

function aliveTimeoutOf({ alive_timeout: seconds }: Fields): number {
  if (seconds === undefined || seconds === null) return DEFAULT_ALIVE_TIMEOUT_MS;
  if ((typeof seconds === "number" || typeof seconds === "bigint") && !Number.isNaN(seconds)) {
    // Nothing or less is answered as by the original: the device is there until it is looked at next.
    return Math.max(Number(seconds), 0) * 1_000;
  }
  throw new MalformedMessageError('"alive_timeout" is no number of seconds');
}
