import { connect } from "node:net";
import { Dealer } from "zeromq";
import { type Random } from "./random";

const PIECES = 20;

/** A command that takes no time: now and then a changed one is still valid. */
const REQUEST =
  '{"event":"METHOD_CALL","method":"command","params":{"args":["x",0],"kwargs":{}},"deadline":1}';

/** Sends bytes that are no ZeroMQ, and messages that are no requests. @returns How many. */
export async function throwRubbish(port: number, random: Random): Promise<number> {
  await Promise.all([throwBytes(port, random), throwMessages(port, random)]);
  return 2 * PIECES;
}

/** Connects, sends bytes that are no ZeroMQ, and goes. */
export function throwBytes(port: number, random: Random): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined).on("close", () => resolve());
    socket.resume();
    for (let piece = 0; piece < PIECES; piece++) socket.write(random.bytes(random.between(1, 300)));
    socket.end(() => socket.destroy());
    socket.setTimeout(1_000, () => socket.destroy());
  });
}

async function throwMessages(port: number, random: Random): Promise<void> {
  const dealer = new Dealer({ linger: 200, sendTimeout: 500 });
  dealer.connect(`tcp://127.0.0.1:${port}`);
  for (let piece = 0; piece < PIECES; piece++) {
    const envelope = random.oneOf<readonly string[]>([["1", ""], [""], [], ["a", "b", "c", ""]]);
    await dealer.send([...envelope, nearlyARequest(random)]).catch(() => undefined);
  }
  dealer.close();
}

/** A request with some bytes changed. */
export function nearlyARequest(random: Random): Buffer {
  const body = Buffer.from(REQUEST);
  for (let change = random.between(1, 5); change > 0; change--) {
    body[random.between(0, body.length - 1)] = random.between(0, 255);
  }
  return body;
}
