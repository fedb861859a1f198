import { RemoteError } from "rigwire";
import { batchingClient, numbersTo, serveBatchDevice } from "./batch-device";
import { Tap } from "./tap";

const KB = 1_000;
const MB = 1_000_000;

it("calls that wait together leave together, also through a broker; a lone one leaves alone", async () => {
  const { url } = await serveBatchDevice();
  const tap = await Tap.open(url);
  const remote = await batchingClient(tap.url);
  tap.requests.length = 0;

  expect(await Promise.all(numbersTo(200).map((number) => remote.run(number)))).toEqual(numbersTo(200));
  const batches = tap.requests.filter((text) => text.startsWith("["));
  expect(batches.length).toBeGreaterThan(0);
  expect(tap.requests.length).toBeLessThan(20);

  tap.requests.length = 0;
  await remote.run(1);
  expect(tap.requests).toEqual([expect.stringMatching(/^\{"event":"METHOD_CALL","method":"run"/)]);
});

it("calls of one client start in the order in which they were made", async () => {
  const { device, url } = await serveBatchDevice();
  const remote = await batchingClient(url);

  const results = await Promise.all(numbersTo(2_000).map((number) => remote.run(number)));

  expect(device.started).toEqual(numbersTo(2_000));
  expect(results).toEqual(numbersTo(2_000));
});

it("texts of any size arrive from one burst, also beyond what a batch holds", async () => {
  const { url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const lengths = [1, 70 * KB, 3, 4 * MB, 65_536, 65_535, 65_400, 10, MB, 0, 40 * KB, 40 * KB, 2, 256 * KB];
  const texts = lengths.map((length, index) => `${"aé漢".charAt(index % 3).repeat(length)}${index}`);

  expect(await Promise.all(texts.map((text) => remote.echo(text)))).toEqual(texts);
});

it("buffers come with their own calls, between the results of others", async () => {
  const { url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const lengthOf = (number: number) => (number % 50 === 7 ? 3 * MB : number * 100);

  const replies = await Promise.all(
    numbersTo(100).flatMap((number) => [
      remote.run(number),
      remote.bytes(lengthOf(number), number),
      remote.echo(`n${number}`),
    ]),
  );

  for (const number of numbersTo(100)) {
    const [ran, buffer, echoed] = replies.slice(3 * number) as [number, [Buffer, unknown], string];
    expect([ran, echoed, buffer[1]]).toEqual([number, `n${number}`, { fill: number }]);
    expect(buffer[0].equals(Buffer.alloc(lengthOf(number), number))).toBe(true);
  }
});

it("a call that fails, or that the device refuses, fails alone", async () => {
  const { url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const untyped = remote as unknown as Record<"run", (value: unknown) => Promise<unknown>>;

  const outcomes = await Promise.allSettled(
    numbersTo(90).map((number) => {
      if (number % 3 === 1) return remote.fail(`broken ${number}`);
      return number % 3 === 2 ? untyped.run("no number") : remote.run(number);
    }),
  );

  for (const [number, outcome] of outcomes.entries()) {
    if (number % 3 === 0) expect(outcome).toEqual({ status: "fulfilled", value: number });
    else {
      const wanted = number % 3 === 1 ? { remoteMessage: `broken ${number}` } : { name: "ValidationError" };
      expect(outcome).toMatchObject({ status: "rejected", reason: wanted });
      if (number % 3 === 1) expect((outcome as PromiseRejectedResult).reason).toBeInstanceOf(RemoteError);
    }
  }
});

it("a value that cannot be sent takes no other call with it", async () => {
  const { url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const endless: { self?: unknown } = {};
  endless.self = endless;

  const outcomes = await Promise.allSettled([remote.run(1), remote.echo(endless), remote.run(2)]);

  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

it("a client without room for batches is sent none", async () => {
  const { url } = await serveBatchDevice();
  const tap = await Tap.open(url);
  const remote = await batchingClient(tap.url, { maxMessageBytes: 100 * KB });

  expect(await Promise.all(numbersTo(100).map((number) => remote.run(number)))).toEqual(numbersTo(100));
  expect(tap.requests.filter((text) => text.startsWith("["))).toEqual([]);
});
