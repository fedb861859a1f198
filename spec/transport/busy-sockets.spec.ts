import { Arg, JsonMethod, RpcService, serve } from "rigwire";
import { KIND } from "../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../lib/transport/stream/frame-writer";
import { TURN_BYTES } from "../../lib/transport/text-turns";
import { receiveAll } from "../../lib/transport/zeromq/receive-all";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { message, RawPeer } from "../support/raw-peer";
import { RawStream } from "../support/raw-stream";
import { RecordingLogger } from "../support/recording-logger";
import { freshSocketPath } from "../support/socket-folder";

const MESSAGES = 200;
const TAKES_MS = 1;

/** A socket with more messages lying ready than anybody could handle at once, as ZeroMQ's are then. */
async function* fullSocket(): AsyncGenerator<Buffer[]> {
  for (let count = 0; count < MESSAGES; count++) yield await Promise.resolve([Buffer.from([count])]);
}

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe("a socket whose messages come faster than they are handled", () => {
  it("lets everything else of the process have its turn meanwhile, and loses nothing", async () => {
    const handled: (number | undefined)[] = [];
    let handledAtTurn: number | undefined;
    setTimeout(() => (handledAtTurn = handled.length), 0);

    const socket = { closed: false, [Symbol.asyncIterator]: fullSocket };
    await receiveAll(socket, ([frame]) => {
      handled.push(frame?.[0]);
      standStill(TAKES_MS);
    });

    expect(handledAtTurn).toBeLessThan(MESSAGES);
    expect(handled).toEqual(Array.from({ length: MESSAGES }, (_, count) => count));
  });
});

/** Counts what was called of it in one turn of the event loop. */
@RpcService({ type: "counter" })
class Counter {
  callsOfTurn = 0;
  mostOfOneTurn = 0;
  calls = 0;

  @JsonMethod() count(@Arg("pad") _pad: string): void {
    if (this.callsOfTurn === 0) setImmediate(() => (this.callsOfTurn = 0));
    this.calls += 1;
    this.callsOfTurn += 1;
    this.mostOfOneTurn = Math.max(this.mostOfOneTurn, this.callsOfTurn);
  }
}

const CALL_BYTES = 1_000;
const CALLS = 1_000;
/** What is read already when a turn's share is over is handled in the next one. */
const MOST_OF_ONE_TURN = (2 * TURN_BYTES) / CALL_BYTES;

describe("a client that writes faster than its calls are carried out", () => {
  async function flood(url: string, write: (url: string, calls: readonly object[]) => Promise<void>) {
    const counter = new Counter();
    const server = closing(await serve(counter, { url, local: false, logger: new RecordingLogger() }));
    const args = ["x".repeat(CALL_BYTES)];
    const call = { event: "METHOD_CALL", method: "count", params: { args, kwargs: {} } };
    await write(server.url, Array<object>(CALLS).fill(call));
    await eventually("all calls were carried out", () => counter.calls === CALLS);
    return counter;
  }

  it("leaves everybody else a turn, over a Unix socket", async () => {
    const counter = await flood(`unix://${freshSocketPath()}`, async (url, calls) => {
      const client = await RawStream.greeted(url);
      client.write(
        Buffer.concat(calls.map((call, id) => encodeFrame(KIND.message, id + 1, [JSON.stringify(call)]))),
      );
    });

    expect(counter.mostOfOneTurn).toBeLessThanOrEqual(MOST_OF_ONE_TURN);
  });

  it("leaves everybody else a turn, over ZeroMQ", async () => {
    const counter = await flood("tcp://127.0.0.1:*", async (url, calls) => {
      const peer = closing(await RawPeer.open(url));
      peer.write(Buffer.concat(calls.map((call, id) => message(String(id + 1), "", JSON.stringify(call)))));
    });

    expect(counter.mostOfOneTurn).toBeLessThanOrEqual(MOST_OF_ONE_TURN);
  });
});
