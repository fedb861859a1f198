import { filter, type Observable, Subject } from "rxjs";
import { messageOf, ValidationError } from "../errors";
import { defaultLogger } from "../log/logger";
import { pause } from "../time/pause";
import { awaitAnswer, DEFAULT_ANSWER_TIMEOUT_MS } from "./answer-wait";
import {
  type CommunicatorOptions,
  DEFAULT_ECHO_TIMEOUT_MS,
  type EventOptions,
  positive,
  type RequestOptions,
  type SendOptions,
  type StopOptions,
} from "./communicator-options";
import { Conversation } from "./conversation";
import { type EventCallback, EventCallbacks } from "./event-callbacks";
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
import { openRigLink, type RigRole } from "./open-link";
import { ReceivedMessage } from "./received-message";
import { formatAddress, isSameAddress, type RigAddress } from "./rig-address";
import { EchoTimeoutError, EventTimeoutError, RemoteExperimentError } from "./rig-errors";
import { type RigLink } from "./rig-link";
import { formatRigUri, parseRigUri, resolveRigUri } from "./rig-uri";

/**
 * An answer leaves no sooner than this after the echo of what it answers, in milliseconds: the originals listen for it
 * only when they have dealt with the echo, and lose one that is quicker (iblutil io.net).
 */
const ECHO_TURN_MS = 20;

/**
 * Exchanges experiment messages with other rigs, each confirmed by its echo (iblutil io.net).
 *
 * A rig that takes part in experiments is a *server*: it listens, and answers whoever speaks to it. The main rig has
 * a *client* for each of them; many clients together are {@link RigServices}.
 *
 * Every sending method resolves when the other side has confirmed the message, which says that it arrived and not
 * that anything was done. It rejects with
 * - `EchoTimeoutError`: no confirmation in time; it may or may not have arrived, and is never sent again;
 * - `EchoMismatchError`: it was confirmed with other bytes;
 * - `MessageTooLargeError`, `EncodingError`, `ValidationError`, `DeviceUnavailableError`: nothing was sent;
 * - `ConnectionLostError`, `CommunicatorClosedError`: the connection or the communicator ended first.
 */
export class Communicator {
  /** How this communicator is called in errors and logs, and among {@link RigServices}. */
  readonly name: string;
  /** A server's own URI, or the URI of a client's peer, with an IP address. */
  readonly uri: string;
  /** Where this side listens, or sends from. */
  readonly localAddress: RigAddress;
  /** Every message that is no echo, whatever its event, already confirmed; completes when the communicator closes. */
  readonly events$: Observable<ReceivedMessage>;
  /** Error messages of the other side: its callback for an event failed. Completes when the communicator closes. */
  readonly errors$: Observable<RemoteExperimentError>;

  private readonly messages = new Subject<ReceivedMessage>();
  private readonly failures = new Subject<RemoteExperimentError>();
  private readonly callbacks = new EventCallbacks();
  private readonly conversation: Conversation;
  private readonly peer: RigAddress | undefined;

  private constructor(
    uri: string,
    readonly role: RigRole,
    link: RigLink,
    private readonly options: CommunicatorOptions,
  ) {
    this.name = options.name ?? uri;
    this.uri = uri;
    this.localAddress = link.local;
    this.peer = link.peer;
    this.events$ = this.messages.asObservable();
    this.errors$ = this.failures.asObservable();
    const { name } = this;
    this.conversation = new Conversation(
      link,
      { name, logger: this.logger },
      {
        message: (message, from) => this.deliver(message, from),
        failure: ({ error, failed }, from) => {
          const failure = new RemoteExperimentError(error, failed, from, name);
          this.logger.warn({ rig: name }, failure.message);
          this.failures.next(failure);
        },
        ended: () => {
          this.messages.complete();
          this.failures.complete();
        },
      },
    );
  }

  /**
   * Listens at a URI such as `udp://10.0.0.7:11001`, for everyone. Port 0 lets the system choose one; `uri` tells it.
   *
   * @throws RigUriError for a URI that is wrong, DeviceUnavailableError if it cannot be listened on.
   */
  static server(uri: string, options: CommunicatorOptions = {}): Promise<Communicator> {
    return Communicator.open(uri, "server", options);
  }

  /**
   * Speaks to the one rig at a URI such as `udp://10.0.0.7:11001`, and hears no other.
   *
   * @throws RigUriError for a URI that is wrong; DeviceUnavailableError if there is no TCP connection in time. Over
   *   UDP nobody knows whether the rig is there until it confirms a message.
   */
  static client(uri: string, options: CommunicatorOptions = {}): Promise<Communicator> {
    return Communicator.open(uri, "client", options);
  }

  private static async open(
    text: string,
    role: RigRole,
    options: CommunicatorOptions,
  ): Promise<Communicator> {
    const uri = parseRigUri(text, { anyPort: role === "server" });
    const link = await openRigLink(uri.scheme, role, await resolveRigUri(uri), options);
    const bound = formatRigUri({ ...uri, ...(link.peer ?? link.local) });
    return new Communicator(bound, role, link, { name: text, ...options });
  }

  /** Whether messages can be sent: the socket is open, and over TCP a client's connection stands. */
  get isConnected(): boolean {
    return this.conversation.isOpen;
  }

  /** Sends EXPINIT: get ready. */
  async init(data?: unknown, options?: SendOptions): Promise<void> {
    await this.confirmedSend(dataMessage(ExperimentEvent.INIT, data), options);
  }

  /**
   * Sends EXPSTART: the experiment of this reference begins.
   *
   * @param reference - A text, which is sent as it is (`2022-01-01_1_subject` by custom), or the parts of a reference.
   * @throws ValidationError for parts that make no reference; for texts, `ExperimentReference.parse` is as strict.
   */
  async start(reference: string | ReferenceParts, data?: unknown, options?: SendOptions): Promise<void> {
    await this.confirmedSend(startMessage(reference, data), options);
  }

  /** Sends EXPEND: the experiment ends; with `immediately`, EXPINTERRUPT. */
  async stop(data?: unknown, { immediately = false, ...options }: StopOptions = {}): Promise<void> {
    await this.confirmedSend(stopMessage(data, immediately), options);
  }

  /** Sends EXPCLEANUP: put things away. */
  async cleanup(data?: unknown, options?: SendOptions): Promise<void> {
    await this.confirmedSend(dataMessage(ExperimentEvent.CLEANUP, data), options);
  }

  /** Sends EXPSTATUS: where this side stands. */
  async status(status: ExperimentStatus | string, options?: SendOptions): Promise<void> {
    await this.confirmedSend(statusMessage(status), options);
  }

  /** Sends EXPINFO: where this side stands, with details. */
  async info(status: ExperimentStatus | string, data?: unknown, options?: SendOptions): Promise<void> {
    await this.confirmedSend(infoMessage(status, data), options);
  }

  /** Sends a token of the lab's Alyx database. */
  alyx(token: AlyxToken, options?: SendOptions): Promise<void>;
  /**
   * Asks for a token and waits for it.
   *
   * @throws EventTimeoutError if none comes in time; RemoteExperimentError if the other side failed.
   */
  alyx(token?: undefined, options?: RequestOptions): Promise<AlyxToken>;
  async alyx(token?: AlyxToken, options: RequestOptions = {}): Promise<AlyxToken | void> {
    if (token !== undefined) return this.confirmedSend(alyxMessage(token), options);
    const isToken = (message: ReceivedMessage) => message.token !== undefined;
    return (await this.ask(alyxMessage(), options, isToken)).token;
  }

  /** Sends any message, such as `{ event: ExperimentEvent.INFO, body: [20, "running", "for 5 s"] }`. */
  async confirmedSend(message: ExperimentMessage, options: SendOptions = {}): Promise<void> {
    const timeoutMs = positive(options.timeoutMs ?? this.options.echoTimeoutMs ?? DEFAULT_ECHO_TIMEOUT_MS);
    try {
      await this.conversation.send(message, this.addressee(options.to), timeoutMs);
    } catch (error) {
      if (error instanceof EchoTimeoutError && this.options.closeOnTimeout === true) await this.close();
      throw error;
    }
  }

  /** Sends any message and does not wait for its confirmation: resolves when it is out, wherever it arrives. */
  async send(message: ExperimentMessage, options: Pick<SendOptions, "to"> = {}): Promise<void> {
    await this.conversation.sendUnconfirmed(message, this.addressee(options.to));
  }

  /**
   * Whether a message that was sent has not been confirmed yet.
   *
   * @param to - Asks about messages to this address. Default: to anybody.
   */
  awaitingResponse(to?: RigAddress): boolean {
    return this.conversation.isAwaitingEcho(to);
  }

  /**
   * Sends a message and waits for the one that answers it, of the same event unless `options.answers` names others.
   *
   * @throws EventTimeoutError if no answer comes in time; RemoteExperimentError if the other side failed.
   */
  request(message: ExperimentMessage, options: RequestOptions = {}): Promise<ReceivedMessage> {
    return this.ask(message, options, () => true);
  }

  /** The messages of these events, from the subscription on. */
  on(events: EventSelection): Observable<ReceivedMessage> {
    const mask = ExperimentEvent.select(events);
    return this.events$.pipe(filter(({ event }) => (event & mask) !== 0));
  }

  /**
   * The next message of these events; `message.event` tells which. Without `timeoutMs` it waits until the
   * communicator closes.
   *
   * @throws EventTimeoutError, CommunicatorClosedError.
   */
  async onEvent(events: EventSelection, { timeoutMs, from }: EventOptions = {}): Promise<ReceivedMessage> {
    const what = ExperimentEvent.nameOf(ExperimentEvent.select(events));
    return awaitAnswer({
      answers$: this.on(events).pipe(
        filter(({ sender }) => from === undefined || isSameAddress(sender, from)),
      ),
      timeoutMs: timeoutMs === undefined ? undefined : positive(timeoutMs),
      onTimeout: () => this.lateError(`${what} did not come`, timeoutMs),
      onClosed: () => this.conversation.closedError(`${what} had not come`),
    });
  }

  /** Calls `callback` with each message of these events; what it throws is told to the sender as an error. */
  assign(events: EventSelection, callback: EventCallback): void {
    this.callbacks.assign(events, callback, callback);
  }

  /** Like {@link assign}, and answers the sender with what `handler` returns; see `ReceivedMessage.reply`. */
  respond(events: EventSelection, handler: EventCallback): void {
    this.callbacks.assign(events, handler, async (message) => message.reply(await handler(message)));
  }

  /** Takes one callback, or all, from these events; how many it took away. */
  clear(events: EventSelection, callback?: EventCallback): number {
    return this.callbacks.clear(events, callback);
  }

  /** Ends the communication; what waits rejects with `CommunicatorClosedError`. Safe to call twice. */
  async close(): Promise<void> {
    await this.conversation.close();
  }

  private get logger() {
    return this.options.logger ?? defaultLogger();
  }

  private async ask(
    message: ExperimentMessage,
    { answers = message.event, answerTimeoutMs = DEFAULT_ANSWER_TIMEOUT_MS, ...options }: RequestOptions,
    accepts: (answer: ReceivedMessage) => boolean,
  ): Promise<ReceivedMessage> {
    const mask = ExperimentEvent.select(answers) | message.event;
    const to = this.addressee(options.to);
    const concerns = (event: number, sender: RigAddress) => (event & mask) !== 0 && isSameAddress(sender, to);
    const place = formatAddress(to);
    const what = ExperimentEvent.nameOf(message.event);
    return awaitAnswer({
      answers$: this.on(answers).pipe(
        filter((answer) => concerns(answer.event, answer.sender) && accepts(answer)),
      ),
      errors$: this.errors$.pipe(filter((error) => concerns(error.event, error.sender))),
      send: () => this.confirmedSend(message, { ...options, to }),
      timeoutMs: positive(answerTimeoutMs),
      onTimeout: () => this.lateError(`${place} did not answer ${what}`, answerTimeoutMs),
      onClosed: () => this.conversation.closedError(`${place} had not answered ${what}`),
    });
  }

  private addressee(to: RigAddress | undefined): RigAddress {
    if (this.peer === undefined) {
      if (to !== undefined) return to;
      throw new ValidationError("a server talks to many: say to whom, with { to: message.sender }", {
        device: this.name,
      });
    }
    if (to === undefined || isSameAddress(to, this.peer)) return this.peer;
    throw new ValidationError(
      `a client talks to ${formatAddress(this.peer)} only, not to ${formatAddress(to)}`,
      { device: this.name },
    );
  }

  private deliver({ event, body }: ExperimentMessage, sender: RigAddress): void {
    const echoHadTurnAt = performance.now() + ECHO_TURN_MS;
    const message = new ReceivedMessage(event, body, sender, {
      send: async (answer) => {
        const remainingMs = echoHadTurnAt - performance.now();
        if (remainingMs > 0) await pause(remainingMs);
        await this.confirmedSend(answer, { to: sender });
      },
      fail: (thrown) => this.conversation.sendFailure(thrown, event, sender),
    });
    this.messages.next(message);
    this.callbacks.run(message, (thrown) => {
      this.logger.error(
        { rig: this.name, error: messageOf(thrown) },
        `a callback for ${message.name} failed`,
      );
      message.fail(thrown);
    });
  }

  private lateError(what: string, timeoutMs = 0): EventTimeoutError {
    return new EventTimeoutError(`${this.name}: ${what} within ${timeoutMs} ms`, timeoutMs, this.name);
  }
}
