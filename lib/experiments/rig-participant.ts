import { type ExperimentMethod } from "../contract/records";
import { ContractError, messageOf } from "../errors";
import { Device } from "../server/device";
import { type RpcServer } from "../server/rpc-server";
import { DEFAULT_ANSWER_TIMEOUT_MS } from "./answer-wait";
import { Communicator } from "./communicator";
import { type CommunicatorOptions, positive } from "./communicator-options";
import { ExperimentEvent } from "./experiment-event";
import { ExperimentStatus } from "./experiment-status";
import { type RigInfo } from "./message-bodies";
import { type ReceivedMessage } from "./received-message";
import { ExperimentRefusedError } from "./rig-errors";

/** How devices take part in experiments. */
export interface RigParticipantOptions extends CommunicatorOptions {
  /** The names of the devices that take part. Default: all that have methods with `@OnExperiment`. */
  readonly devices?: readonly string[];
  /**
   * Milliseconds for which EXPINIT and EXPSTART may wait for their turn with the device's other methods; later they
   * are not begun any more. Default 10 000, for which a main rig waits.
   */
  readonly beginWithinMs?: number;
}

interface Part extends ExperimentMethod {
  readonly server: RpcServer;
  readonly device: string;
}

const { INIT, START, END, CLEANUP, INTERRUPT, STATUS, INFO } = ExperimentEvent;

/** Events that must not wait behind a method that runs: a stop, and questions. */
const AT_ONCE = INTERRUPT | STATUS | INFO;

/** Events that begin something, which must not happen late. */
const BEGINNING = INIT | START;

const STATUS_AFTER: ReadonlyMap<ExperimentEvent, ExperimentStatus> = new Map([
  [INIT, ExperimentStatus.INITIALIZED],
  [START, ExperimentStatus.RUNNING],
  [END, ExperimentStatus.STOPPED],
  [INTERRUPT, ExperimentStatus.STOPPED],
  [CLEANUP, ExperimentStatus.CONNECTED],
]);

/** A device that takes part in experiments. */
export interface Participation {
  /** Lets it take part no more. Idempotent. */
  close(): Promise<void>;
}

/**
 * Devices that take part in experiments: what a main rig tells this side goes to their methods with `@OnExperiment`.
 *
 * A method runs in its turn with the methods that clients of its device call. EXPINTERRUPT, EXPSTATUS and EXPINFO do
 * not wait for a turn, unless the method says so. An EXPINIT or EXPSTART that still waits when an EXPINTERRUPT comes,
 * or for longer than `beginWithinMs`, is refused and not begun.
 *
 * Where no method takes part in an event, EXPINTERRUPT goes to the method for EXPEND, EXPINIT and EXPCLEANUP are
 * answered because there is nothing to do, EXPSTATUS and EXPINFO tell what was done last, and the other side gets an
 * error for EXPSTART and EXPEND. A token is confirmed and not answered.
 */
export class RigParticipant {
  private readonly parts = new Set<Part>();
  private status: ExperimentStatus = ExperimentStatus.CONNECTED;
  private interruptions = 0;

  /** @internal Use {@link RigParticipant.listen}. */
  constructor(
    private readonly communicator: Communicator,
    private readonly options: RigParticipantOptions,
    private readonly beginWithinMs: number,
  ) {
    communicator.assign(ExperimentEvent.ANY, (message) => this.receive(message));
  }

  /**
   * Listens for a main rig at a URI such as `udp://10.0.0.7:11001`.
   *
   * @throws The errors of `Communicator.server`.
   */
  static async listen(uri: string, options: RigParticipantOptions = {}): Promise<RigParticipant> {
    const beginWithinMs = positive(options.beginWithinMs ?? DEFAULT_ANSWER_TIMEOUT_MS);
    return new RigParticipant(await Communicator.server(uri, options), options, beginWithinMs);
  }

  /** Where it listens, with the port that was taken. */
  get uri(): string {
    return this.communicator.uri;
  }

  /**
   * Lets a served device take part, until what is returned is closed. A device without `@OnExperiment` does not.
   *
   * @throws ContractError if a device that takes part already answers one of its events.
   */
  join(server: RpcServer): Participation {
    const parts = this.partsOf(server);
    for (const part of parts) this.refuseShared(part);
    for (const part of parts) this.parts.add(part);
    return {
      close: () => {
        for (const part of parts) this.parts.delete(part);
        return Promise.resolve();
      },
    };
  }

  /** Listens no more. Idempotent. */
  async close(): Promise<void> {
    await this.communicator.close();
  }

  private partsOf(server: RpcServer): readonly Part[] {
    const { name, contract } = server;
    const { devices } = this.options;
    if (devices !== undefined && !devices.includes(name)) return [];
    const device = name === "" ? contract.type : name;
    return contract.experiments.map((method) => ({
      ...method,
      events: eventsOf(method, device),
      server,
      device,
    }));
  }

  private refuseShared({ device, member, events }: Part): void {
    const other = [...this.parts].find((part) => (part.events & events) !== 0);
    if (other === undefined) return;
    const shared = ExperimentEvent.nameOf(other.events & events);
    throw new ContractError(
      `${device}.${member}: takes part in ${shared} at ${this.uri}, and so does ${other.device}.${other.member}: ` +
        "one device answers; listen at a URI for each, and name the devices that take part there",
      { device, member },
    );
  }

  private async receive(message: ReceivedMessage): Promise<void> {
    const { event, token } = message;
    if (event === INTERRUPT) this.interruptions++;
    const { interruptions } = this;
    const part = this.partFor(event) ?? (event === INTERRUPT ? this.partFor(END) : undefined);
    const answer = part === undefined ? this.answerWithoutMethod(message) : await this.run(part, message);
    const isOvertaken = (event & BEGINNING) !== 0 && this.interruptions > interruptions;
    if (!isOvertaken) this.status = STATUS_AFTER.get(event) ?? this.status;
    const isAnswered = event !== ExperimentEvent.ALYX || (part !== undefined && token === undefined);
    if (isAnswered) await message.reply(answer);
  }

  private partFor(event: ExperimentEvent): Part | undefined {
    return [...this.parts].find(({ events }) => (events & event) !== 0);
  }

  private async run(part: Part, message: ReceivedMessage): Promise<unknown> {
    const { server, member, concurrent = (message.event & AT_ONCE) !== 0 } = part;
    const call = () => new Device(server.target).invoke(member, [message]);
    if (concurrent) return call();
    const requireInTime = this.deadlineOf(message);
    return server.inTurn(() => {
      if (!this.parts.has(part)) throw this.refusal(message, "the device is not served any more");
      requireInTime();
      return call();
    });
  }

  /** @returns Throws if what the message tells must not be begun any more. */
  private deadlineOf(message: ReceivedMessage): () => void {
    if ((message.event & BEGINNING) === 0) return () => undefined;
    const deadline = performance.now() + this.beginWithinMs;
    const { interruptions } = this;
    return () => {
      if (this.interruptions > interruptions)
        throw this.refusal(message, "it was interrupted before it began");
      if (performance.now() <= deadline) return;
      throw this.refusal(message, `other methods of the device took longer than ${this.beginWithinMs} ms`);
    };
  }

  private answerWithoutMethod(message: ReceivedMessage): unknown {
    switch (message.event) {
      case ExperimentEvent.ALYX:
        return undefined;
      case STATUS:
        return this.status;
      case INFO:
        return { status: this.status } satisfies RigInfo;
      case INIT:
      case CLEANUP:
        if (this.parts.size > 0) return undefined;
        throw this.refusal(message, "no device here takes part in experiments");
      default:
        throw this.refusal(message, "no method of a device here has @OnExperiment for it");
    }
  }

  private refusal({ name }: ReceivedMessage, reason: string): ExperimentRefusedError {
    return new ExperimentRefusedError(`${this.communicator.name} does nothing about ${name}: ${reason}`, {
      device: this.communicator.name,
    });
  }
}

function eventsOf({ member, events }: ExperimentMethod, device: string): number {
  try {
    return ExperimentEvent.select(events);
  } catch (error) {
    throw new ContractError(`${device}.${member}: ${messageOf(error)}`, { device, member }, { cause: error });
  }
}
