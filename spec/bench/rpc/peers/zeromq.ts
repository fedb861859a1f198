import { Dealer, Publisher, Router, type Socket, Subscriber } from "zeromq";
import { type Peer, type PeerClient, type PeerServer, READING, type Reading } from "./peer";
import { PendingCalls } from "./pending-calls";
import { sameBuffer } from "./same-buffer";

/** As many events may wait as with rigwire. */
const HIGH_WATER_MARK = 10_000;

type Request = { readonly id: number } & (
  | { readonly method: "echo"; readonly reading: Reading }
  | { readonly method: "buffer"; readonly bytes: number }
  | { readonly method: "emit"; readonly count: number }
);

/** A socket of the binding takes one message at a time: the others wait here. */
class OneAtATime {
  private readonly waiting: (Buffer | string)[][] = [];
  private isSending = false;

  constructor(private readonly socket: Dealer | Router) {}

  send(...frames: (Buffer | string)[]): void {
    this.waiting.push(frames);
    if (!this.isSending) void this.drain();
  }

  private async drain(): Promise<void> {
    this.isSending = true;
    let frames = this.waiting.shift();
    while (frames !== undefined && !this.socket.closed) {
      await this.socket.send(frames);
      frames = this.waiting.shift();
    }
    this.isSending = false;
  }
}

/** The binding fails a receive that was under way when its socket was closed. */
async function whileOpen(socket: Socket, receiving: Promise<void>): Promise<void> {
  try {
    await receiving;
  } catch (error) {
    if (!socket.closed) throw error;
  }
}

async function serve(): Promise<PeerServer> {
  const router = new Router({ linger: 0, sendHighWaterMark: 0 });
  const publisher = new Publisher({ linger: 0, sendHighWaterMark: HIGH_WATER_MARK });
  await router.bind("tcp://127.0.0.1:*");
  await publisher.bind("tcp://127.0.0.1:*");
  const replies = new OneAtATime(router);
  void whileOpen(router, answer(router, publisher, replies));
  return {
    address: `${router.lastEndpoint ?? ""} ${publisher.lastEndpoint ?? ""}`,
    async close() {
      router.close();
      publisher.close();
      return Promise.resolve();
    },
  };
}

async function answer(router: Router, publisher: Publisher, replies: OneAtATime): Promise<void> {
  let seq = 0;
  for await (const [client, body] of router) {
    if (client === undefined || body === undefined) continue;
    const request = JSON.parse(body.toString()) as Request;
    const { id } = request;
    switch (request.method) {
      case "echo":
        replies.send(client, JSON.stringify({ id, result: request.reading }));
        break;
      case "buffer":
        replies.send(client, JSON.stringify({ id }), sameBuffer(request.bytes));
        break;
      case "emit":
        for (let index = 0; index < request.count; index++) await publisher.send(eventText(++seq));
        replies.send(client, JSON.stringify({ id }));
    }
  }
}

/** What rigwire sends for the same event. */
function eventText(seq: number): string {
  return JSON.stringify({ event: "EMIT_SIGNAL", signal: "measured", args: [READING], blocking: false, seq });
}

async function connect(address: string): Promise<PeerClient> {
  const [requests = "", events = ""] = address.split(" ");
  const dealer = new Dealer({ linger: 0 });
  dealer.connect(requests);
  const outgoing = new OneAtATime(dealer);
  const calls = new PendingCalls<{ result: unknown; data: Buffer | undefined }>();
  void whileOpen(dealer, receive(dealer, calls));
  let subscriber: Subscriber | undefined;

  const call = (method: Request["method"], argument: object) =>
    calls.start((id) => outgoing.send(JSON.stringify({ id, method, ...argument })));

  return Promise.resolve({
    echo: async (reading) => (await call("echo", { reading })).result,
    async getBuffer(bytes) {
      const { data } = await call("buffer", { bytes });
      return data ?? Buffer.alloc(0);
    },
    async subscribe(onEvent) {
      subscriber = new Subscriber({ linger: 0, receiveHighWaterMark: HIGH_WATER_MARK });
      const connected = new Promise((resolve) => subscriber?.events.on("handshake", resolve));
      subscriber.connect(events);
      subscriber.subscribe("");
      void whileOpen(subscriber, follow(subscriber, onEvent));
      await connected;
    },
    emit: (count) => call("emit", { count }),
    async close() {
      dealer.close();
      subscriber?.close();
      return Promise.resolve();
    },
  });
}

async function receive(
  dealer: Dealer,
  calls: PendingCalls<{ result: unknown; data: Buffer | undefined }>,
): Promise<void> {
  for await (const [body, data] of dealer) {
    const { id, result } = JSON.parse(String(body)) as { id: number; result?: unknown };
    calls.finish(id, { result, data });
  }
}

async function follow(subscriber: Subscriber, onEvent: () => void): Promise<void> {
  for await (const [frame] of subscriber) {
    JSON.parse(String(frame));
    onEvent();
  }
}

export const peer: Peer = { serve, connect };
