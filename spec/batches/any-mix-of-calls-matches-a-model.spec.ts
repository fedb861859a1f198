import fc from "../support/seeded-fast-check";
import { clientOf, connect, RemoteError, type Remote } from "rigwire";
import { closing } from "../support/closing";
import { BatchDevice, batchingClient, serveBatchDevice } from "./batch-device";

const RUNS = 60;

/** One call, and what must become of it. */
interface Step {
  readonly name: string;
  call(remote: Remote<BatchDevice>): Promise<unknown>;
  /** Throws where the outcome is not the wanted one. */
  check(outcome: PromiseSettledResult<unknown>): void;
  /** What the device must have started. */
  readonly starts?: number;
}

function returning(name: string, value: unknown, call: Step["call"], starts?: number): Step {
  const check: Step["check"] = (outcome) => expect(outcome).toEqual({ status: "fulfilled", value });
  return { name, call, check, ...(starts !== undefined && { starts }) };
}

function running(numbers: fc.Arbitrary<number>) {
  return numbers.map((number) => returning(`run(${number})`, number, (remote) => remote.run(number), number));
}

const echoing = fc
  .jsonValue({ maxDepth: 3 })
  .map((value) => returning("echo(value)", value, (remote) => remote.echo(value)));

const echoingMuch = fc
  .tuple(fc.integer({ min: 60_000, max: 70_000 }), fc.constantFrom("x", "é", "漢"))
  .map(([length, letter]) => letter.repeat(length))
  .map((text) => returning("echo(much)", text, (remote) => remote.echo(text)));

const fetching = fc.tuple(fc.integer({ min: 0, max: 200_000 }), fc.nat(255)).map(([length, fill]): Step => ({
  name: `bytes(${length})`,
  call: (remote) => remote.bytes(length, fill),
  check(outcome) {
    expect(outcome.status).toBe("fulfilled");
    const [data, info] = (outcome as PromiseFulfilledResult<[Buffer, unknown]>).value;
    expect(info).toEqual({ fill });
    // As a whole: byte by byte, a comparison takes longer than the call.
    expect(data.equals(Buffer.alloc(length, fill))).toBe(true);
  },
}));

const failing = fc.string().map((text): Step => ({
  name: "fail(text)",
  call: (remote) => remote.fail(text),
  check(outcome) {
    expect(outcome.status).toBe("rejected");
    const { reason } = outcome as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(RemoteError);
    expect((reason as RemoteError).remoteMessage).toBe(text === "" ? "Error" : text);
  },
}));

const setting = fc
  .integer()
  .map((level) => returning("level.set()", undefined, (remote) => remote.level.set(level)));

function steps(numbers: fc.Arbitrary<number>) {
  return fc.array(
    fc.oneof(
      { weight: 6, arbitrary: running(numbers) },
      { weight: 3, arbitrary: echoing },
      { weight: 1, arbitrary: echoingMuch },
      { weight: 2, arbitrary: fetching },
      { weight: 2, arbitrary: failing },
      { weight: 2, arbitrary: setting },
    ),
    { minLength: 1, maxLength: 80 },
  );
}

/** Of two clients at once, each with a mix of its own: one runs numbers from 0, the other those below. */
const mixes = fc.tuple(steps(fc.nat()), steps(fc.integer({ max: -1 })));

it("any mix of calls of two clients has the results of a model, each its own", async () => {
  const { device, url } = await serveBatchDevice();
  const clients = [await batchingClient(url), await batchingClient(url)];

  await fc.assert(
    fc.asyncProperty(mixes, async (mix) => {
      device.started.length = 0;
      const outcomes = await Promise.all(
        mix.map((ofClient, index) => Promise.allSettled(ofClient.map((step) => step.call(clients[index]!)))),
      );
      mix.forEach((ofClient, index) =>
        ofClient.forEach((step, place) => step.check(outcomes[index]![place]!)),
      );
      const wanted = mix.map((ofClient) => ofClient.flatMap(({ starts }) => starts ?? []));
      expect(device.started.filter((number) => number >= 0)).toEqual(wanted[0]);
      expect(device.started.filter((number) => number < 0)).toEqual(wanted[1]);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
});

it("calls made before there is a connection have the results of the model as well", async () => {
  const { device, url } = await serveBatchDevice();

  await fc.assert(
    fc.asyncProperty(steps(fc.integer()), async (mix) => {
      device.started.length = 0;
      const remote = connect(BatchDevice, url);
      closing(clientOf(remote));
      const outcomes = await Promise.allSettled(mix.map((step) => step.call(remote)));
      mix.forEach((step, place) => step.check(outcomes[place]!));
      expect(device.started).toEqual(mix.flatMap(({ starts }) => starts ?? []));
    }),
    { numRuns: RUNS / 3, endOnFailure: true },
  );
});
