import { RigwireError } from "../errors";
import { ExperimentEvent } from "./experiment-event";
import { formatAddress, type RigAddress } from "./rig-address";

/** The URI of a rig is wrong, or its host name is not known. */
export class RigUriError extends RigwireError {}

/** A message is longer than its transport carries. Nothing was sent. */
export class MessageTooLargeError extends RigwireError {
  constructor(
    event: ExperimentEvent,
    /** The size of the message. */
    readonly bytes: number,
    /** The most that could be sent. */
    readonly maxBytes: number,
  ) {
    super(`${ExperimentEvent.nameOf(event)} takes ${bytes} bytes, and at most ${maxBytes} can be sent`);
  }
}

/** The other side did not confirm a message in time. It may or may not have got it. */
export class EchoTimeoutError extends RigwireError {
  constructor(
    readonly event: ExperimentEvent,
    readonly peer: RigAddress,
    readonly timeoutMs: number,
    /** The name of the communicator that sent. */
    rig: string,
    /** What else is known, such as a refusal by the other host. */
    hint?: string,
  ) {
    const reason = hint === undefined ? "" : ` (${hint})`;
    super(
      `${rig}: ${formatAddress(peer)} did not confirm ${ExperimentEvent.nameOf(event)} within ${timeoutMs} ms${reason}`,
      { device: rig },
    );
  }
}

/** The other side confirmed a message with other bytes than were sent. */
export class EchoMismatchError extends RigwireError {}

/** A communicator was closed, by `close()` or by the other side, while something waited for it. */
export class CommunicatorClosedError extends RigwireError {}

/** An event that was waited for did not come in time. */
export class EventTimeoutError extends RigwireError {
  constructor(
    message: string,
    readonly timeoutMs: number,
    rig: string,
  ) {
    super(message, { device: rig });
  }
}

/** The callback of the other side failed for an event: `[0, "ValueError: disk full", 4]`. */
export class RemoteExperimentError extends RigwireError {
  constructor(
    /** `Type: message`, as the other side sent it. */
    readonly remoteMessage: string,
    /** The event whose callback failed. */
    readonly event: ExperimentEvent,
    readonly sender: RigAddress,
    /** The name of the communicator that received it. */
    rig: string,
  ) {
    super(`${rig}: ${ExperimentEvent.nameOf(event)} failed at ${formatAddress(sender)}: ${remoteMessage}`, {
      device: rig,
    });
  }
}

/** A rig did not do what a message told it to; the message says why. It is sent to the main rig as an error. */
export class ExperimentRefusedError extends RigwireError {}

/** How the rigs of one round did that could not be completed. */
export interface ExperimentOutcome {
  /** The events that were waited for, combined by bitwise or. */
  readonly events: number;
  /** What came after the code in each answer, by rig name. */
  readonly answers: ReadonlyMap<string, readonly unknown[]>;
  /** Why each of the others has no answer, by rig name. */
  readonly failures: ReadonlyMap<string, Error>;
  /** The rigs that were not asked because one before them failed. */
  readonly skipped: readonly string[];
}

/** At least one rig failed to do what all were told; `answers` has what the others said. */
export class ExperimentFailedError extends RigwireError implements ExperimentOutcome {
  readonly events: number;
  readonly answers: ReadonlyMap<string, readonly unknown[]>;
  readonly failures: ReadonlyMap<string, Error>;
  readonly skipped: readonly string[];
  /** The rigs that said nothing in time, neither an answer nor an error. */
  readonly silent: readonly string[];

  constructor(outcome: ExperimentOutcome) {
    const silent = silentRigs(outcome);
    super(describe(outcome, silent), {}, { cause: [...outcome.failures.values()][0] });
    this.events = outcome.events;
    this.answers = outcome.answers;
    this.failures = outcome.failures;
    this.skipped = outcome.skipped;
    this.silent = silent;
  }
}

/** At least one rig did not answer in time: `silent` names them. */
export class ExperimentTimeoutError extends ExperimentFailedError {}

function silentRigs({ failures }: ExperimentOutcome): string[] {
  return [...failures]
    .filter(([, error]) => error instanceof EchoTimeoutError || error instanceof EventTimeoutError)
    .map(([rig]) => rig);
}

function describe({ events, answers, failures, skipped }: ExperimentOutcome, silent: string[]): string {
  const parts = [
    silent.length > 0 ? `no answer in time from ${silent.join(", ")}` : "",
    ...[...failures]
      .filter(([rig]) => !silent.includes(rig))
      .map(([rig, error]) => `${rig} failed (${error.message})`),
    skipped.length > 0 ? `not asked: ${skipped.join(", ")}` : "",
    answers.size > 0 ? `answered: ${[...answers.keys()].join(", ")}` : "nobody answered",
  ];
  return `${ExperimentEvent.nameOf(events)}: ${parts.filter((part) => part !== "").join("; ")}`;
}
