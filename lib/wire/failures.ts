import {
  BadValue,
  BusyError,
  CallAbortedError,
  InterruptedError,
  messageOf,
  RemoteError,
  RpcTimeoutError,
  type RigwireError,
  ValidationError,
  type ErrorPlace,
} from "../errors";
import { kindOfError, stackOf } from "../thrown";
import { encodeJson } from "./json";
import { toMicroseconds } from "./moments";

/** Why a server refused, where a client should know it by more than a text. An addition: originals ignore it. */
export type FailureReason = "invalid" | "busy" | "late" | "cancelled" | "interrupted" | "bad";

const REASONS: ReadonlySet<unknown> = new Set<FailureReason>([
  "invalid",
  "busy",
  "late",
  "cancelled",
  "interrupted",
  "bad",
]);

export function isFailureReason(value: unknown): value is FailureReason {
  return REASONS.has(value);
}

/** The reply of a request that failed (plantimager RPC). */
export interface Failure {
  readonly success: false;
  readonly error: string;
  readonly traceback?: string;
  readonly reason?: FailureReason;
  /** The class of what the device threw. An addition: originals ignore it. */
  readonly errorName?: string;
  /** The `code` of what the device threw, where it has one. An addition. */
  readonly code?: string | number;
  /** Of a bad value: what there is in place of a good one. An addition, as the next. */
  readonly value?: unknown;
  /** Of a bad value: when it was read or last updated, in milliseconds on the server's clock. */
  readonly time?: number;
  /** Of a bad value: what that clock read when the value was read, where that is not `time`. */
  readonly clock?: number;
}

/**
 * A failure reply of the server's own. Its traceback is empty, but there: the original's client fails over a reply
 * without one.
 */
export function failed(error: string, reason?: FailureReason): Failure {
  return { success: false, error, traceback: "", ...(reason !== undefined && { reason }) };
}

/** The failure reply for a request that the server does not carry out: what is wrong with it. */
export function refusal(error: unknown): Failure {
  return failed(messageOf(error), error instanceof ValidationError ? "invalid" : undefined);
}

/** The failure reply for what the device itself threw, whatever that is. */
export function deviceFailure(error: unknown): Failure {
  const { name, code } = kindOfError(error);
  return {
    success: false,
    error: messageOf(error),
    traceback: stackOf(error),
    ...(name !== undefined && { errorName: name }),
    ...(code !== undefined && { code }),
  };
}

/**
 * The failure reply of a property whose value is bad.
 *
 * @param value - What there is in place of a good one, as it goes over the wire; left out where that cannot be sent.
 * @param stamp - When that was, in milliseconds on the server's clock.
 */
export function badValueFailure(
  { reason }: BadValue,
  value: unknown,
  { time, clock }: { readonly time: number; readonly clock: number | undefined },
): Failure {
  return {
    ...failed(reason, "bad"),
    ...(value !== undefined && isSendable(value) && { value }),
    time: toMicroseconds(time),
    ...(clock !== undefined && { clock: toMicroseconds(clock) }),
  };
}

function isSendable(value: unknown): boolean {
  try {
    encodeJson(value);
    return true;
  } catch {
    return false;
  }
}

/** The error that a client throws for a failure reply. */
export function errorOf(failure: Failure, place: ErrorPlace): RigwireError {
  const remote = new RemoteError(failure.error, failure.traceback ?? "", place, {
    name: failure.errorName,
    code: failure.code,
  });
  switch (failure.reason) {
    case "invalid":
      return new ValidationError(remote.message, place);
    case "busy":
      return new BusyError(remote.message, place);
    case "late":
      return new RpcTimeoutError(remote.message, 0, place);
    case "cancelled":
      return new CallAbortedError(remote.message, place);
    case "interrupted":
      return new InterruptedError(remote.message, place);
    case "bad":
      return new BadValue(failure.error, { value: failure.value }, place);
    default:
      return remote;
  }
}
