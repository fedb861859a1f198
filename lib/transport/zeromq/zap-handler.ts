import { Router } from "zeromq";
import { KeyError } from "../../errors";
import { BurstLog } from "../../log/burst-log";
import { filesLeft, outOfFiles } from "../../open-files";
import { type AllowedKeys } from "../../security/allowed-keys";
import { type Logger } from "../../log/logger";
import { pause } from "../../time/pause";
import { type Frame } from "../../wire/frame";
import { ClientIdentities } from "./client-identities";
import { makeSocket } from "./make-socket";
import { RefusalLog } from "./refusal-log";
import { Sender, type Outbox } from "../sender";
import { decodeZapRequest, encodeZapReply, type Verdict, type ZapRequest } from "./zap-message";

const ZAP_URL = "inproc://zeromq.zap.01";
const DELIMITER = 1;

/** How long a closed handler may keep its name, in milliseconds. */
const RELEASE_MS = 500;
const RETRY_MS = 2;

/** One endpoint's say in who connects to it. */
export interface ZapDomain {
  /** For the sockets of the endpoint. */
  readonly name: string;
  /** The name of the key that a client has proved; nothing where it has none. @param identity - As the ROUTER has it. */
  keyOf(identity: string): string | undefined;
  /** Nobody new is let in from now on. Idempotent. */
  close(): void;
}

interface Policy {
  readonly allowed: AllowedKeys;
  readonly identities: ClientIdentities;
  readonly refusals: RefusalLog;
  readonly log: BurstLog;
}

/** The one place of a process that ZeroMQ asks; there while somebody needs it. */
interface SharedHandler {
  readonly handler: Promise<ZapHandler>;
  users: number;
}

/**
 * ZeroMQ asks before it has read what the client claims. An answer that comes later than that, in milliseconds, names
 * the client for good: else one that claims the next name that ZeroMQ would give makes the process abort.
 */
const ANSWER_AFTER_MS = 10;

/**
 * Files that are kept free. ZeroMQ tries without a pause to take a connection for which there is none; so whoever
 * connects has one for its handshake, and is told that there is no room.
 */
const KEPT_FREE = 4;

let shared: SharedHandler | undefined;
let domains = 0;

/**
 * Has every client of the sockets with this domain checked. Open it before they are bound: a socket whose domain
 * nobody answers for lets nobody in (`zapEnforceDomain`).
 *
 * @throws KeyError if another part of the process answers ZeroMQ already.
 */
export async function openZapDomain(allowed: AllowedKeys, log: Logger): Promise<ZapDomain> {
  const mine = (shared ??= { handler: ZapHandler.open(), users: 0 });
  mine.users += 1;
  const release = () => {
    mine.users -= 1;
    if (mine.users === 0 && shared === mine) shared = undefined;
    return mine.users === 0;
  };
  let handler: ZapHandler;
  try {
    handler = await mine.handler;
  } catch (error) {
    release();
    throw error;
  }
  const name = `rigwire-${++domains}`;
  const identities = new ClientIdentities();
  handler.policies.set(name, { allowed, identities, refusals: new RefusalLog(log), log: new BurstLog(log) });
  return {
    name,
    keyOf: (identity) => identities.nameOf(identity),
    close() {
      if (handler.policies.delete(name) && release()) handler.close();
    },
  };
}

class ZapHandler {
  readonly policies = new Map<string, Policy>();
  private readonly replies = new ZapReplies();
  private readonly sender: Sender<readonly Frame[], Frame[]>;

  private constructor(private readonly socket: Router) {
    // Who asked and is gone gets no answer, and needs none.
    this.sender = new Sender(
      {
        get isClosed() {
          return socket.closed;
        },
        send: (reply) => socket.send(reply),
      },
      this.replies,
      () => undefined,
    );
    void this.receive();
  }

  /** Waits for a handler that was just closed: ZeroMQ gives its name free only a moment later. */
  static async open(): Promise<ZapHandler> {
    const socket = makeSocket(() => new Router({ linger: 0 }));
    const until = performance.now() + RELEASE_MS;
    for (;;) {
      try {
        socket.bindSync(ZAP_URL);
        return new ZapHandler(socket);
      } catch (error) {
        if (performance.now() < until) {
          await pause(RETRY_MS);
          continue;
        }
        socket.close();
        throw new KeyError(
          `another part of this process, or a second copy of rigwire, decides already who may connect (${ZAP_URL})`,
          {},
          { cause: error },
        );
      }
    }
  }

  close(): void {
    this.socket.close();
  }

  private async receive(): Promise<void> {
    for await (const frames of this.socket) {
      const delimiter = frames[DELIMITER];
      if (delimiter?.length !== 0) continue;
      const envelope = frames.slice(0, DELIMITER + 1);
      const question = frames.slice(DELIMITER + 1);
      void this.answer(question).then((reply) => {
        this.replies.add([...envelope, ...reply]);
        this.sender.wake();
      });
    }
  }

  private async answer(question: readonly Buffer[]): Promise<readonly (Buffer | string)[]> {
    const request = decodeZapRequest(question);
    if (request === undefined) return encodeZapReply(question[1] ?? Buffer.alloc(0), "not-allowed");
    const [verdict] = await Promise.all([this.judge(request), pause(ANSWER_AFTER_MS)]);
    return encodeZapReply(request.id, verdict);
  }

  private async judge({ domain, publicKey, address }: ZapRequest): Promise<Verdict> {
    const policy = this.policies.get(domain);
    if (policy === undefined) return "not-allowed";
    const key = await policy.allowed.find(publicKey);
    if (key === undefined) {
      policy.refusals.tell(publicKey, address);
      return "not-allowed";
    }
    if (filesLeft(KEPT_FREE) < KEPT_FREE) {
      policy.log.error({}, `no further client can connect: ${outOfFiles().message}`);
      return "no-room";
    }
    return { identity: policy.identities.next(key.name) };
  }
}

/** Answers that wait for the socket, in order. */
class ZapReplies implements Outbox<readonly Frame[], Frame[]> {
  private waiting: (readonly Frame[])[] = [];

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(reply: readonly Frame[]): void {
    this.waiting.push(reply);
  }

  takeAll(): readonly (readonly Frame[])[] {
    const replies = this.waiting;
    this.waiting = [];
    return replies;
  }

  pack(reply: readonly Frame[]): Frame[] {
    return [...reply];
  }
}
