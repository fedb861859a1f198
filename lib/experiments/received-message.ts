import { ExperimentEvent } from "./experiment-event";
import { type ExperimentMessage } from "./experiment-message";
import { ExperimentReference } from "./experiment-reference";
import { ExperimentStatus } from "./experiment-status";
import { type AlyxToken, alyxTokenOf, answerTo } from "./message-bodies";
import { type RigAddress } from "./rig-address";

/** The way back to the sender of a message. */
export interface ReturnPath {
  send(message: ExperimentMessage): Promise<void>;
  fail(thrown: unknown): void;
}

/** A message that came from another rig; it has been confirmed already. */
export class ReceivedMessage implements ExperimentMessage {
  readonly #back: ReturnPath;

  constructor(
    readonly event: ExperimentEvent,
    /** What followed the code, as it came. */
    readonly body: readonly unknown[],
    /** Who sent it; give it as `to` in the server role. */
    readonly sender: RigAddress,
    back: ReturnPath,
  ) {
    this.#back = back;
  }

  /** `EXPSTART`. */
  get name(): string {
    return ExperimentEvent.nameOf(this.event);
  }

  /** What the message carries besides a reference or a status; `null` if nothing, also for EXPSTATUS and ALYX. */
  get data(): unknown {
    switch (this.event) {
      case ExperimentEvent.STATUS:
      case ExperimentEvent.ALYX:
        return null;
      case ExperimentEvent.START:
      case ExperimentEvent.INFO:
        return this.body[1] ?? null;
      default:
        return this.body[0] ?? null;
    }
  }

  /** What EXPSTART names its experiment, in the words of its sender; `undefined` for another event. */
  get experiment(): string | undefined {
    const [text] = this.body;
    return this.event === ExperimentEvent.START && typeof text === "string" ? text : undefined;
  }

  /**
   * The experiment that EXPSTART names, where that has the form of a reference; `undefined` for another event, and for
   * other words: see {@link experiment}.
   */
  get reference(): ExperimentReference | undefined {
    const text = this.experiment;
    if (text === undefined) return undefined;
    try {
      return ExperimentReference.parse(text);
    } catch {
      return undefined;
    }
  }

  /** The status that EXPSTATUS and EXPINFO carry; `undefined` for another event, and for what is no status. */
  get status(): ExperimentStatus | undefined {
    const carries = this.event === ExperimentEvent.STATUS || this.event === ExperimentEvent.INFO;
    return carries ? ExperimentStatus.find(this.body[0]) : undefined;
  }

  /** The token that ALYX brings; `undefined` for another event, and where ALYX asks for one. */
  get token(): AlyxToken | undefined {
    return alyxTokenOf(this);
  }

  /**
   * Tells the sender that the event has been dealt with: a message of the same event, confirmed like every other.
   *
   * @param answer - Data for the sender. For EXPSTATUS the status, for EXPINFO `{ status, data }`, for ALYX
   *   `{ url, token }`. The reference of an EXPSTART is returned with the data.
   * @throws ValidationError for an answer of another shape; the errors of `Communicator.confirmedSend`.
   */
  async reply(answer?: unknown): Promise<void> {
    await this.#back.send(answerTo(this, answer));
  }

  /** Tells the sender that the event could not be dealt with: `[0, "Error: disk full", 4]`. */
  fail(thrown: unknown): void {
    this.#back.fail(thrown);
  }
}
