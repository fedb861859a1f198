import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import fc from "../support/seeded-fast-check";
import { MalformedMessageError } from "../../lib/errors";
import { type Communicator } from "../../lib/experiments/communicator";
import { decodeMessage } from "../../lib/experiments/experiment-message";
import { parseRigUri } from "../../lib/experiments/rig-uri";
import { RigUriError } from "../../lib/experiments/rig-errors";
import { StreamFrames } from "../../lib/experiments/stream-frames";
import { BareSocket, closeAll, closing, openMain, openRig } from "../experiments/rigs-on-loopback";

/** Bytes of all kinds: random, JSON, almost an experiment message, and messages with something around them. */
const anything = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.json().map((text) => Buffer.from(text)),
  fc.array(fc.jsonValue(), { maxLength: 4 }).map((value) => Buffer.from(JSON.stringify(value))),
  fc
    .tuple(
      fc.integer({ min: -1, max: 300 }),
      fc.array(fc.jsonValue(), { maxLength: 3 }),
      fc.string({ maxLength: 3 }),
    )
    .map(([code, body, rest]) => Buffer.from(JSON.stringify([code, ...body]) + rest)),
  fc
    .constantFrom("[".repeat(60_000), `[1,${'{"a":'.repeat(10_000)}`, "[1e999999, -]", '["\\')
    .map((text) => Buffer.from(text)),
);

async function stillServes(rig: Communicator): Promise<void> {
  const main = await openMain(rig.uri, { messageGapMs: 0 });
  await main.status("running");
  await main.close();
}

/** Connects, and tells when the other side ends the connection. */
async function connectTo(rig: Communicator): Promise<{ socket: Socket; ended: Promise<unknown> }> {
  const socket = createConnection(rig.localAddress.port, rig.localAddress.host);
  closing({ close: () => socket.destroy() });
  socket.on("error", () => undefined);
  const ended = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  return { socket, ended };
}

afterEach(closeAll);

describe("whatever comes from the network", () => {
  it("a message is read, or refused with the one error that means it", () => {
    fc.assert(
      fc.property(anything, (bytes) => {
        try {
          decodeMessage(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
    );
  });

  it("a stream is cut, or refused with the one error that means it", () => {
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 5 }), (chunks) => {
        const frames = new StreamFrames();
        try {
          for (const chunk of chunks) {
            frames.append(chunk);
            while (frames.next() !== undefined);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
    );
  });

  it("a URI is read, or refused with the one error that means it", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl()), (text) => {
        try {
          parseRigUri(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RigUriError);
        }
      }),
    );
  });

  it("no datagram ends a server or a client", async () => {
    const rig = await openRig("udp");
    const peer = await BareSocket.open();
    const main = await openMain(peer.uri);
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 10 }), async (datagrams) => {
        for (const each of datagrams) {
          peer.send(each, rig.localAddress);
          peer.send(each, main.localAddress);
        }
        await stillServes(rig);
        expect(main.isConnected).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it("no stream ends a server, and rubbish ends its own connection only", async () => {
    const rig = await openRig("tcp");
    const bystander = await openMain(rig.uri, { messageGapMs: 0 });
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 5 }), async (chunks) => {
        const { socket, ended } = await connectTo(rig);
        for (const chunk of chunks) socket.write(chunk);
        socket.write("]}]}\0 what is this?");
        await bystander.status("running");
        socket.end();
        socket.resume();
        await ended;
      }),
      { numRuns: 30 },
    );
    await stillServes(rig);
  });

  it.each(["hello", '{"event": 1}', "[999, null]", "[1]", `["${"x".repeat(70_000)}`, "[1, }]"])(
    "%.20p over TCP is answered by closing the connection",
    async (rubbish) => {
      const rig = await openRig("tcp");
      const { socket, ended } = await connectTo(rig);
      socket.resume();
      socket.write(rubbish);
      await ended;
      await stillServes(rig);
    },
  );

  it("a peer that sends and never reads is dropped", async () => {
    const rig = await openRig("tcp");
    const { socket, ended } = await connectTo(rig);
    const message = `[1, "${"x".repeat(60_000)}"]`;
    while (!socket.destroyed) {
      if (!socket.write(message)) await Promise.race([once(socket, "drain").catch(() => undefined), ended]);
    }
    await stillServes(rig);
  });

  it("a client whose server goes away is closed, and what waits for it is told", async () => {
    const rig = await openRig("tcp");
    const main = await openMain(rig.uri);
    const answer = main.onEvent("expinit");
    const hello = rig.onEvent("expstatus");
    await main.status("running");
    const { sender } = await hello;
    await rig.init("x", { to: sender });
    await answer;
    const next = main.onEvent("expinit");
    await rig.close();
    await expect(next).rejects.toThrow("main is closed (the other side closed it): EXPINIT had not come");
    expect(main.isConnected).toBe(false);
  });
});
