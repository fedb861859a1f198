import { type ClientTransport } from "../../lib/transport/connection";
import { Exchange, type SentRequest } from "../../lib/transport/exchange";
import { MIB } from "../support/resident-memory";

const CALLS = 100_000;
const TEXT_LENGTH = 1_000;

/** A connection to a device that never answers: it takes everything, or nothing more after the first. */
function silent(takesAll: boolean): ClientTransport {
  const never = new Promise<void>(() => undefined);
  const signals = {
    open: () => Promise.resolve(),
    subscribe: () => undefined,
    unsubscribe: () => undefined,
    mark: () => undefined,
  };
  return {
    connect: (url) =>
      Promise.resolve({
        url,
        isClosed: false,
        signals,
        send: () => (takesAll ? undefined : never),
        introduce: () => undefined,
        end: () => undefined,
      }),
  };
}

it.each([
  ["takes them", true],
  ["does not even take them", false],
])("a client keeps next to nothing of 100,000 calls given up at a device that %s", async (_, takesAll) => {
  const exchange = await Exchange.open(
    silent(takesAll),
    "tcp://127.0.0.1:1",
    () => ({
      beginningOf: () => "",
      knownSignalPort: () => undefined,
      askSignalPort: () => Promise.reject(new Error("nothing is subscribed")),
    }),
    { onSignal: () => undefined, onSignalsBack: () => undefined },
    { maxMessageBytes: MIB, handshakeTimeoutMs: 1_000 },
    new AbortController().signal,
  );
  const before = process.memoryUsage().rss;

  for (let count = 0; count < CALLS; count += 100) {
    const calls = Array.from({ length: 100 }, newCall);
    for (const call of calls) exchange.request(call);
    await new Promise((resolve) => setImmediate(resolve));
    for (const call of calls) exchange.abandon(call);
  }

  const grown = Math.round((process.memoryUsage().rss - before) / MIB);
  process.stdout.write(`${CALLS} calls given up: +${grown} MiB\n`);
  expect((Reflect.get(exchange, "pending") as Map<number, unknown>).size).toBeLessThanOrEqual(4_096);
  // A few hundred bytes each, and a text of 1,000 characters: 100 MiB and more where they are kept.
  expect(grown).toBeLessThan(60);
  exchange.end("done");
});

function newCall(): SentRequest {
  return {
    id: 0,
    body: Buffer.alloc(TEXT_LENGTH, "x").toString("latin1"),
    isDropped: false,
    isSent: false,
    onReply: () => undefined,
    onLost: () => undefined,
  };
}
