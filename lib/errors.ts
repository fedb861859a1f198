import { type ErrorKind } from "./thrown";

export { messageOf } from "./thrown";

/** Where an error happened, so that its message can name the device and the member. */
export interface ErrorPlace {
  /** The device's name, or its address where it has no name. */
  readonly device?: string;
  /** Method, property or signal. */
  readonly member?: string;
}

/** What every error of rigwire is; catch this to catch them all. */
export abstract class RigwireError extends Error {
  // Declared only: one that is not known is not printed with the error.
  declare readonly device: string | undefined;
  declare readonly member: string | undefined;

  constructor(message: string, place: ErrorPlace = {}, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    if (place.device !== undefined) this.device = place.device;
    if (place.member !== undefined) this.member = place.member;
  }
}

/** The device answered with a failure: its method, getter or setter threw. */
export class RemoteError extends RigwireError {
  /** The class of the error that the device threw, such as `"LimitError"`; nothing where it sent none. */
  declare readonly remoteName: string | undefined;
  /** The `code` of that error, where it has one. */
  declare readonly code: string | number | undefined;

  /**
   * @param remoteMessage - The error text as the device sent it.
   * @param traceback - The device's stack trace; empty where it sent none.
   */
  constructor(
    readonly remoteMessage: string,
    readonly traceback: string,
    place: ErrorPlace = {},
    { name, code }: ErrorKind = {},
  ) {
    super(`${placeName(place)}${remoteMessage}`, place);
    if (name !== undefined) this.remoteName = name;
    if (code !== undefined) this.code = code;
  }
}

/**
 * A property's value cannot be relied on. A getter throws it with the reason, and whoever asks for the value gets it:
 * `get()` rejects with it, `read()` gives its reason and value with the quality `"bad"`.
 *
 * @example
 * ```ts
 * get temperature(): number {
 *   if (!this.probe.isConnected) throw new BadValue("the probe is not connected", { value: this.lastTemperature });
 *   return this.probe.temperature;
 * }
 * ```
 */
export class BadValue extends RigwireError {
  /** What there is in place of a good value, such as the last one; nothing where the device gave none. */
  readonly value: unknown;

  /**
   * @param reason - Why, in a few words: what a person reads beside the value.
   * @param options.value - What there is in place of a good value: JSON of the property's type. Default: nothing.
   */
  constructor(
    readonly reason: string,
    options: { readonly value?: unknown } = {},
    place: ErrorPlace = {},
  ) {
    super(place.device === undefined ? reason : `${placeName(place)}its value is bad: ${reason}`, place);
    this.value = options.value;
  }
}

/** Events of two devices cannot be brought together as was asked; the message has the reason and the cure. */
export class AlignmentError extends RigwireError {
  /**
   * @param problem - `"uncertain"`: the clocks are not known well enough to tell. `"alone"`: there is no event near
   *   enough. `"crowded"`: more events waited than are kept.
   * @param event - The event that stays without a partner.
   */
  constructor(
    message: string,
    readonly problem: "uncertain" | "alone" | "crowded",
    readonly event: unknown,
  ) {
    super(message);
  }
}

/** The source of a signal failed at the device. Whoever subscribes again has it subscribed again. */
export class SignalError extends RigwireError {
  /**
   * @param remoteMessage - The error text as the device sent it.
   */
  constructor(
    readonly remoteMessage: string,
    place: ErrorPlace = {},
  ) {
    super(`${placeName(place)}${remoteMessage}`, place);
  }
}

/** No reply came in time. The command may or may not have been carried out. */
export class RpcTimeoutError extends RigwireError {
  constructor(
    message: string,
    /** How long was waited, in milliseconds. */
    readonly timeoutMs: number,
    place: ErrorPlace = {},
  ) {
    super(message, place);
  }
}

/** The connection broke while a call was under way. The command may or may not have been carried out. */
export class ConnectionLostError extends RigwireError {}

/** The device could not be reached before the deadline. Nothing was sent: the command was not carried out. */
export class DeviceUnavailableError extends RigwireError {}

/** Several devices fit what was asked for; the message lists them. */
export class AmbiguousDeviceError extends RigwireError {}

/** Too much is waiting already, in the client or at the device. Nothing was carried out; it may be tried again later. */
export class BusyError extends RigwireError {}

/** The caller's `AbortSignal` ended a call; `cause` is the signal's reason. */
export class CallAbortedError extends RigwireError {}

/**
 * A method that interrupts, such as `stop()`, was called. A call that waited for its turn was not carried out; one of a
 * method that yields was ended while it ran, as the message says then.
 */
export class InterruptedError extends RigwireError {}

/** A value does not fit what was declared for it: an argument, a property's value, a signal's argument. */
export class ValidationError extends RigwireError {}

/** A value cannot be put on the wire: it contains itself, is a function, or is larger than the limit. */
export class EncodingError extends RigwireError {}

/** A class is decorated wrongly, or a device does not offer what a contract promises. */
export class ContractError extends RigwireError {}

/**
 * Which side lacks what: a key of its own, a place among the allowed keys, the key that was expected of it; over
 * WebSocket a token, one that is known, a certificate that is trusted; over NATS what the broker lets in by.
 */
export type AuthenticationProblem =
  | "client-without-keys"
  | "server-without-keys"
  | "client-not-allowed"
  | "unexpected-server"
  | "other-mechanism"
  | "client-without-token"
  | "unknown-token"
  | "untrusted-certificate"
  | "broker-login";

/**
 * The device and this client do not trust each other: a key is missing, not allowed, or not the one that was expected.
 * Nothing was sent: the command was not carried out.
 */
export class AuthenticationError extends RigwireError {
  constructor(
    message: string,
    readonly problem: AuthenticationProblem,
    place: ErrorPlace = {},
    options?: ErrorOptions,
  ) {
    super(message, place, options);
  }
}

/** A key or a key file cannot be used: it is missing, no key, or open to others. */
export class KeyError extends RigwireError {}

/** A text is no address: a scheme, a host or a port is missing or wrong. */
export class AddressError extends RigwireError {}

/** A service could not be advertised: the folder cannot be made or written, or someone else could write in it. */
export class AdvertisementError extends RigwireError {}

/** An RPyC registry could not be reached, or did not answer in time. A registration may still have arrived. */
export class RpycRegistryUnreachableError extends RigwireError {}

/** An RPyC registry is not allowed to tell which services it knows. */
export class RpycListingDisabledError extends RigwireError {}

/** An RPyC registry cannot listen at its address: the port is taken, the address not this machine's. */
export class RpycRegistryListenError extends RigwireError {}

/** Bytes from the network do not follow the protocol. */
export class MalformedMessageError extends RigwireError {}

/** A device registry refused a request; the message has its reason. */
export class RegistryRefusedError extends RigwireError {}

/** A device registry does not know what was asked: an original can neither list devices nor tell of changes. */
export class RegistryUnsupportedError extends RigwireError {}

/** `cam-1.getImage: `, `cam-1: `, or nothing. */
export function placeName({ device, member }: ErrorPlace): string {
  if (device === undefined) return member === undefined ? "" : `${member}: `;
  return member === undefined ? `${device}: ` : `${device}.${member}: `;
}

/** `cam-1.getImage `, or nothing: what a sentence about a call begins with. */
export function subjectOf(place: ErrorPlace): string {
  return placeName(place).replace(": ", " ");
}

/** mDNS cannot be used: a package is missing, an interface is not there, or a service cannot be announced. */
export class MdnsUnavailableError extends RigwireError {}
