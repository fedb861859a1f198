import {
  messageOf,
  RemoteError,
  type RigwireError,
  stackOf,
  ValidationError,
  type ErrorPlace,
} from "../errors";

/** Why a server refused, where a client should know it by more than a text. An addition: originals ignore it. */
export type FailureReason = "invalid";

/** The reply of a request that failed (protocols.md, 1). */
export interface Failure {
  readonly success: false;
  readonly error: string;
  readonly traceback?: string;
  readonly reason?: FailureReason;
}

/** The failure reply for a request that the server does not carry out: what is wrong with it, and no traceback. */
export function refusal(error: unknown): Failure {
  const reason = error instanceof ValidationError && { reason: "invalid" as const };
  return { success: false, error: messageOf(error), ...reason };
}

/** The failure reply for what the device itself threw, whatever that is. */
export function deviceFailure(error: unknown): Failure {
  return { success: false, error: messageOf(error), traceback: stackOf(error) };
}

/** The error that a client throws for a failure reply. */
export function errorOf(failure: Failure, place: ErrorPlace): RigwireError {
  const error = new RemoteError(failure.error, failure.traceback ?? "", place);
  return failure.reason === "invalid" ? new ValidationError(error.message, place) : error;
}
