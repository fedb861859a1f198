import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";
import { deferred } from "../../time/deferred";
import { confirmationTopic, SECOND_FRAMES } from "../../wire/signals";
import {
  type ConnectionOptions,
  type ConnectionProtocol,
  type ConnectionReceiver,
  type ServerAnnouncement,
  type SignalMark,
  type SignalRoad,
} from "../connection";
import { NoAnswerError } from "./connect-obstacle";
import { makeSubscriber } from "./make-subscriber";
import { refusedMessage } from "./refused-message";
import { signalAddress } from "./signal-address";
import { type SignalSocket } from "./signal-socket";

/** Subscribes to everything a server publishes. */
const EVERYTHING = "";

const MARK_BEGINNING = Buffer.from('{"event":"CONFIRM",');

let tokens = 0;

/**
 * The signals of one server over a SUB socket of their own, filtered by the publisher where the server is ours. An
 * original writes its messages otherwise: there everything is subscribed, and the reader tells the signals apart.
 */
export class SubscriberRoad implements SignalRoad {
  private socket: SignalSocket | undefined;
  /** Signal → what its frames begin with, the frame that tells its end first. */
  private readonly beginnings = new Map<string, readonly Buffer[]>();
  private server: ServerAnnouncement | undefined;
  /** Topic of a mark → what tells whether it came back. */
  private readonly marks = new Map<string, (cameBack: boolean) => void>();
  /** A mark was given up, and may come all the same. */
  private hasLateMarks = false;
  private isAway = false;

  /** @param target - Where requests go, with the host as a number. */
  constructor(
    private readonly target: string,
    private readonly protocol: ConnectionProtocol,
    private readonly receiver: ConnectionReceiver,
    private readonly options: ConnectionOptions,
    private readonly security: ResolvedClientSecurity | Plain,
  ) {}

  introduce(server: ServerAnnouncement | undefined): void {
    this.server = server;
  }

  /** @throws Error if the publisher cannot be reached. */
  async open(): Promise<void> {
    if (this.server !== undefined) await this.connect(this.server.signalPort);
    else if (!(await this.isStillPublished())) await this.connect(await this.protocol.askSignalPort());
  }

  /** Connects to where an original published before. Only silence leaves it open whether that run is over. */
  private async isStillPublished(): Promise<boolean> {
    const port = this.protocol.knownSignalPort();
    if (port === undefined) return false;
    try {
      await this.connect(port);
      return true;
    } catch (error) {
      if (error instanceof NoAnswerError) throw error;
      this.socket?.close();
      return false;
    }
  }

  private async connect(port: number): Promise<void> {
    this.socket = makeSubscriber(signalAddress(this.target, port), this.options, this.security, {
      onFrame: (frame, data) => this.receive(frame, data),
      onLost: (reason) => this.lost(reason),
      onRefused: () => this.receiver.onLost(`signals: ${refusedMessage("signal", this.options)}`),
      onBack: () => this.back(),
    });
    // First: from now on a signal may have a second frame.
    if (this.server?.features.includes("arrays") === true) this.topic("subscribe", SECOND_FRAMES);
    await this.socket.open();
  }

  subscribe(signal: string): void {
    if (this.server === undefined) {
      if (this.beginnings.size === 0) this.topic("subscribe", EVERYTHING);
      this.beginnings.set(signal, []);
      return;
    }
    // Its end first: a signal may end at once when it is subscribed.
    const topics = [this.protocol.beginningOfEnd?.(signal), this.protocol.beginningOf(signal)].filter(isText);
    this.beginnings.set(
      signal,
      topics.map((topic) => Buffer.from(topic)),
    );
    for (const topic of topics) this.topic("subscribe", topic);
  }

  unsubscribe(signal: string): void {
    const beginnings = this.beginnings.get(signal) ?? [];
    if (!this.beginnings.delete(signal)) return;
    if (this.server !== undefined)
      for (const topic of beginnings) this.topic("unsubscribe", topic.toString());
    else if (this.beginnings.size === 0) this.topic("unsubscribe", EVERYTHING);
  }

  mark(): SignalMark {
    const token = `${process.pid}-${++tokens}-${Math.random().toString(36).slice(2)}`;
    const topic = confirmationTopic(token);
    const { promise, resolve } = deferred<boolean>();
    this.marks.set(topic, resolve);
    this.topic("subscribe", topic);
    let isBack = false;
    void promise.then((cameBack) => (isBack = cameBack));
    const release = () => {
      if (!isBack) this.hasLateMarks = true;
      this.marks.delete(topic);
      this.topic("unsubscribe", topic);
      resolve(false);
    };
    return { token, cameBack: promise, release };
  }

  close(): void {
    for (const tell of this.marks.values()) tell(false);
    this.socket?.close();
  }

  /** A socket that comes back by itself tells so each time that it tries in vain. */
  private lost(reason: string): void {
    if (this.isAway) return;
    this.isAway = true;
    for (const tell of this.marks.values()) tell(false);
    this.receiver.onSignalsLost(reason);
  }

  private back(): void {
    this.isAway = false;
    this.receiver.onSignalsBack();
  }

  private topic(change: "subscribe" | "unsubscribe", topic: string): void {
    this.socket?.[change](topic);
  }

  private isMark(frame: Buffer): boolean {
    if (!startsWith(frame, MARK_BEGINNING)) return false;
    this.marks.get(frame.toString())?.(true);
    return true;
  }

  private receive(frame: Buffer, data?: Buffer): void {
    if ((this.marks.size > 0 || this.hasLateMarks) && this.isMark(frame)) return;
    if (this.server === undefined) {
      this.receiver.onSignal(undefined, frame, data);
      return;
    }
    // The publisher has filtered already: with one signal there is nothing to tell apart.
    const isOnly = this.beginnings.size === 1;
    for (const [signal, beginnings] of this.beginnings) {
      if (!isOnly && !beginnings.some((beginning) => startsWith(frame, beginning))) continue;
      this.receiver.onSignal(signal, frame, data);
      return;
    }
  }
}

function isText(text: string | undefined): text is string {
  return text !== undefined;
}

function startsWith(frame: Buffer, prefix: Buffer): boolean {
  return frame.length >= prefix.length && prefix.compare(frame, 0, prefix.length) === 0;
}
