import { map, merge, type Observable, Subject } from "rxjs";
import { ValidationError } from "../errors";
import { DEFAULT_ANSWER_TIMEOUT_MS } from "./answer-wait";
import { type Communicator } from "./communicator";
import { type EventSelection, ExperimentEvent } from "./experiment-event";
import { type ExperimentMessage } from "./experiment-message";
import { type ReferenceParts } from "./experiment-reference";
import { type ExperimentStatus } from "./experiment-status";
import {
  type AlyxToken,
  alyxMessage,
  dataMessage,
  infoMessage,
  startMessage,
  statusMessage,
  stopMessage,
} from "./message-bodies";
import { type ReceivedMessage } from "./received-message";
import { type RemoteExperimentError } from "./rig-errors";
import { type RigAnswers, type RigProgress, RigRound } from "./rig-round";

/** Something that came from one of the rigs. */
export interface FromRig<T> {
  /** The name of the rig. */
  readonly rig: string;
  readonly communicator: Communicator;
  readonly message: T;
}

/** Called with each message of the events it is assigned to. What it throws or rejects with goes to the rig. */
export type RigCallback = (message: ReceivedMessage, rig: string, communicator: Communicator) => unknown;

/** How {@link RigServices} behaves. */
export interface RigServicesOptions {
  /** Milliseconds to wait for the answer of each rig. Default 10 000. */
  readonly answerTimeoutMs?: number;
  /** The token that rigs get which ask for one. Default: nobody answers them. */
  readonly alyx?: AlyxToken;
}

/** How one event is told to all rigs. */
export interface RoundOptions {
  /** Tells all rigs at once; false waits for each rig's answer before the next is told. Default true. */
  readonly concurrent?: boolean;
  /** Milliseconds to wait for the answer of each rig. Default: that of the services. */
  readonly answerTimeoutMs?: number;
}

/** How an experiment is stopped on all rigs. */
export interface StopRoundOptions extends RoundOptions {
  /** Sends EXPINTERRUPT in place of EXPEND. Default false. */
  readonly immediately?: boolean;
}

/** Whether an event that ends something reaches the rigs behind one that failed. */
interface RoundPlan extends RoundOptions {
  readonly answers?: number;
  readonly ending?: boolean;
}

/**
 * All rigs of an experiment as one (iblutil io.net): each event is told to every rig, and done when every rig has
 * answered with a message of the same event.
 *
 * `init`, `start`, `status` and `info` go in the order of the rigs, `stop` and `cleanup` in reverse. One after the
 * other, a rig that fails keeps `init`, `start`, `status` and `info` from the rigs behind it; `stop` and `cleanup`
 * reach every rig in any case.
 *
 * Each resolves with what came after the code in each rig's answer, and rejects with
 * - `ExperimentTimeoutError` if a rig did not confirm or did not answer in time: `silent` names these rigs, `answers`
 *   has what the others said;
 * - `ExperimentFailedError` if a rig sent an error or its connection ended, with the reasons in `failures`.
 */
export class RigServices {
  /** The rigs by name, in their order. */
  readonly rigs: ReadonlyMap<string, Communicator>;
  /** Who has answered so far: once at the beginning of each round, and with each answer or failure. */
  readonly progress$: Observable<RigProgress>;
  /** The errors that rigs send, in or out of a round. */
  readonly errors$: Observable<FromRig<RemoteExperimentError>>;

  private readonly progress = new Subject<RigProgress>();
  private readonly wrapped = new Map<RigCallback, Map<Communicator, (message: ReceivedMessage) => unknown>>();

  /**
   * @param rigs - Communicators in the client role: by name, or under the names they have.
   * @throws ValidationError for two rigs of one name, and for a communicator in the server role.
   */
  constructor(
    rigs:
      ReadonlyMap<string, Communicator> | Readonly<Record<string, Communicator>> | readonly Communicator[],
    private readonly options: RigServicesOptions = {},
  ) {
    this.rigs = byName(rigs);
    this.progress$ = this.progress.asObservable();
    this.errors$ = merge(...this.each((rig) => rig.errors$));
    const { alyx } = options;
    if (alyx !== undefined) {
      this.assign(ExperimentEvent.ALYX, (message) =>
        message.token === undefined ? message.reply(alyx) : undefined,
      );
    }
  }

  /** Whether messages can be sent to every rig: each socket is open, and over TCP each connection stands. */
  get isConnected(): boolean {
    return [...this.rigs.values()].every((rig) => rig.isConnected);
  }

  /** EXPINIT to all: get ready. */
  init(data?: unknown, options?: RoundOptions): Promise<RigAnswers> {
    return this.tell(dataMessage(ExperimentEvent.INIT, data), options);
  }

  /** EXPSTART to all: the experiment of this reference begins. A text is sent as it is; parts make a reference. */
  async start(
    reference: string | ReferenceParts,
    data?: unknown,
    options?: RoundOptions,
  ): Promise<RigAnswers> {
    return this.tell(startMessage(reference, data), options);
  }

  /**
   * EXPEND to all, in reverse order: the experiment ends. With `immediately` EXPINTERRUPT, which a rig may answer with
   * either of the two, because main rigs of the original wait for EXPEND after both.
   */
  stop(data?: unknown, { immediately = false, ...options }: StopRoundOptions = {}): Promise<RigAnswers> {
    const message = stopMessage(data, immediately);
    return this.tell(message, { ...options, answers: message.event | ExperimentEvent.END, ending: true });
  }

  /** EXPCLEANUP to all, in reverse order: put things away. */
  cleanup(data?: unknown, options?: RoundOptions): Promise<RigAnswers> {
    return this.tell(dataMessage(ExperimentEvent.CLEANUP, data), { ...options, ending: true });
  }

  /** EXPSTATUS to all: where this side stands; each rig answers where it stands. */
  async status(status: ExperimentStatus | string, options?: RoundOptions): Promise<RigAnswers> {
    return this.tell(statusMessage(status), options);
  }

  /** EXPINFO to all: where this side stands, with details; each rig answers likewise. */
  async info(status: ExperimentStatus | string, data?: unknown, options?: RoundOptions): Promise<RigAnswers> {
    return this.tell(infoMessage(status, data), options);
  }

  /** Gives every rig a token of the lab's Alyx database, which they confirm and do not answer: the bodies are empty. */
  alyx(token: AlyxToken, { concurrent = true }: Pick<RoundOptions, "concurrent"> = {}): Promise<RigAnswers> {
    const give = async (rig: Communicator) => {
      await rig.confirmedSend(alyxMessage(token));
      return { body: [] };
    };
    return this.run(ExperimentEvent.ALYX, [...this.rigs], give, { concurrent });
  }

  /**
   * Waits for one message of these events from every rig, without telling them anything.
   *
   * @param options.answerTimeoutMs - Milliseconds to wait. Default: that of the services.
   */
  async awaitAll(
    events: EventSelection,
    options: Pick<RoundOptions, "answerTimeoutMs"> = {},
  ): Promise<RigAnswers> {
    const wait = { timeoutMs: this.answerTimeoutMs(options) };
    return this.run(ExperimentEvent.select(events), [...this.rigs], (rig) => rig.onEvent(events, wait), {});
  }

  /** The messages of these events, with the rig that sent each. */
  on(events: EventSelection): Observable<FromRig<ReceivedMessage>> {
    return merge(...this.each((rig) => rig.on(events)));
  }

  /** Calls `callback` with each message of these events from any rig. */
  assign(events: EventSelection, callback: RigCallback): void {
    const known =
      this.wrapped.get(callback) ?? new Map<Communicator, (message: ReceivedMessage) => unknown>();
    this.wrapped.set(callback, known);
    for (const [name, rig] of this.rigs) {
      const call = known.get(rig) ?? ((message: ReceivedMessage) => callback(message, name, rig));
      known.set(rig, call);
      rig.assign(events, call);
    }
  }

  /** Takes one callback, or all, from these events at every rig; how many it took away, by rig. */
  clear(events: EventSelection, callback?: RigCallback): ReadonlyMap<string, number> {
    const known = callback === undefined ? undefined : this.wrapped.get(callback);
    const cleared = (rig: Communicator) => {
      if (callback === undefined) return rig.clear(events);
      const call = known?.get(rig);
      return call === undefined ? 0 : rig.clear(events, call);
    };
    return new Map([...this.rigs].map(([name, rig]) => [name, cleared(rig)]));
  }

  /** Closes every communicator; safe to call twice. */
  async close(): Promise<void> {
    await Promise.all([...this.rigs.values()].map((rig) => rig.close()));
    this.progress.complete();
  }

  private tell(message: ExperimentMessage, plan: RoundPlan = {}): Promise<RigAnswers> {
    const { answers = message.event } = plan;
    const answerTimeoutMs = this.answerTimeoutMs(plan);
    const order = plan.ending === true ? [...this.rigs].reverse() : [...this.rigs];
    const ask = (rig: Communicator) => rig.request(message, { answers, answerTimeoutMs });
    return this.run(message.event, order, ask, plan);
  }

  private async run(
    events: number,
    order: readonly (readonly [string, Communicator])[],
    ask: (rig: Communicator) => Promise<{ readonly body: readonly unknown[] }>,
    { concurrent = true, ending = false }: RoundPlan,
  ): Promise<RigAnswers> {
    const round = new RigRound(events, [...this.rigs.keys()], (progress) => this.progress.next(progress));
    if (concurrent) {
      await Promise.all(order.map(([name, rig]) => round.settle(name, ask(rig))));
      return round.result();
    }
    for (const [name, rig] of order) {
      if (round.hasFailed && !ending) round.skip(name);
      else await round.settle(name, ask(rig));
    }
    return round.result();
  }

  private each<T>(from: (rig: Communicator) => Observable<T>): Observable<FromRig<T>>[] {
    return [...this.rigs].map(([rig, communicator]) =>
      from(communicator).pipe(map((message) => ({ rig, communicator, message }))),
    );
  }

  private answerTimeoutMs({ answerTimeoutMs }: Pick<RoundOptions, "answerTimeoutMs">): number {
    return answerTimeoutMs ?? this.options.answerTimeoutMs ?? DEFAULT_ANSWER_TIMEOUT_MS;
  }
}

function byName(
  rigs: ReadonlyMap<string, Communicator> | Readonly<Record<string, Communicator>> | readonly Communicator[],
): ReadonlyMap<string, Communicator> {
  const named = namedRigs(rigs);
  const found = new Map<string, Communicator>();
  for (const [name, rig] of named) {
    if (found.has(name)) throw new ValidationError(`two rigs are called "${name}"`);
    if (rig.role === "server") {
      throw new ValidationError(`"${name}" is a server, which has no one rig to speak to; make it a client`);
    }
    found.set(name, rig);
  }
  return found;
}

function namedRigs(
  rigs: ReadonlyMap<string, Communicator> | Readonly<Record<string, Communicator>> | readonly Communicator[],
): Iterable<readonly [string, Communicator]> {
  if (rigs instanceof Map) return rigs;
  return Array.isArray(rigs)
    ? rigs.map((rig: Communicator) => [rig.name, rig] as const)
    : Object.entries(rigs);
}
