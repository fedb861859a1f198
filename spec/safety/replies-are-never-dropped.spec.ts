import { Dealer } from "zeromq";
import { serve } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { connectMotor } from "./motor-clients";
import { Motor } from "./motor";

const IMAGE_BYTES = 100_000;

/** More than all buffers between two processes hold. */
const IMAGES = 300;

/** A client that asks without end and reads only when it is told to. */
class LateReader {
  private readonly dealer: Dealer;

  constructor(url: string) {
    this.dealer = closing(new Dealer({ linger: 0, receiveHighWaterMark: 1, receiveTimeout: 5_000 }));
    this.dealer.connect(url);
  }

  async call(id: string, method: string, ...args: readonly unknown[]): Promise<void> {
    const request = { event: "METHOD_CALL", method, params: { args, kwargs: {} } };
    await this.dealer.send([id, "", JSON.stringify(request)]);
  }

  close(): void {
    this.dealer.close();
  }

  /** The id of the next reply. */
  async next(): Promise<string> {
    return String((await this.dealer.receive())[0]);
  }
}

it("a client that reads late gets every reply, once and in order, and holds up nobody meanwhile", async () => {
  const { url } = closing(await serve(new Motor(), { heartbeatMs: 60_000 }));
  const late = new LateReader(url);
  const ids = Array.from({ length: IMAGES }, (_, index) => String(index));
  for (const id of ids) await late.call(id, "image", IMAGE_BYTES);
  const other = connectMotor(url);
  await other.moveTo(1);
  const askedAt = performance.now();
  await other.stop();
  expect(performance.now() - askedAt).toBeLessThan(1_000);

  const received = [];
  while (received.length < IMAGES) received.push(await late.next());
  expect(received).toEqual(ids);
});

it("a client that leaves too much unread is not served until it reads: no command, no memory", async () => {
  const logger = new RecordingLogger();
  const options = { maxUnreadReplyBytes: 1_000_000, replyHighWaterMark: 2, heartbeatMs: 60_000, logger };
  const motor = new Motor();
  const { url } = closing(await serve(motor, options));
  const greedy = new LateReader(url);
  const askMuch = async () => {
    for (let index = 0; index < IMAGES; index++) await greedy.call("image", "image", IMAGE_BYTES);
  };
  await askMuch();
  await eventually("it is noticed", async () => {
    await greedy.call("image", "image", IMAGE_BYTES);
    return logger.lines.length > 0;
  });
  // What the system's own buffers still take is used up now.
  await askMuch();
  await greedy.call("moved", "moveTo", 1);
  await connectMotor(url).moveTo(2);
  expect(motor.history()).toEqual([2]);

  await eventually("it is served again", async () => {
    await greedy.next();
    await greedy.call("again", "moveTo", 3);
    return motor.history().includes(3);
  });
  expect(motor.history()).not.toContain(1);
  expect(logger.lines).toEqual([
    "warn: a client does not read its replies: its requests are dropped until it does",
  ]);
});

it("a client that is gone leaves nothing behind, and its replies disturb nobody", async () => {
  const motor = new Motor();
  const { url } = closing(await serve(motor));
  const gone = new LateReader(url);
  for (let index = 0; index < IMAGES; index++) await gone.call("image", "image", IMAGE_BYTES);
  await gone.call("moved", "moveTo", 1);
  await eventually("all were carried out", () => motor.history().length === 1);
  gone.close();

  expect(await connectMotor(url).moveTo(2)).toBe("arrived");
});
