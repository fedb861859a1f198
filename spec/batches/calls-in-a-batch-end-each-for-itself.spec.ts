import { CallAbortedError, type Remote, RpcTimeoutError, withOptions } from "rigwire";
import { eventually } from "../support/eventually";
import { type BatchDevice, batchingClient, numbersTo, serveBatchDevice } from "./batch-device";

const SHORT_MS = 150;

/** A client whose device is busy with a first call, so that all further calls wait there. */
async function behindABusyDevice() {
  const { device, url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const held = remote.hold();
  await eventually("the device is busy", () => device.isHeld);
  return { device, remote, held };
}

/** Everything that left before this has arrived; notices leave after requests, so it asks twice. */
async function everythingArrived(remote: Remote<BatchDevice>): Promise<void> {
  await remote.arrived();
  await remote.arrived();
}

function failuresOf(calls: readonly Promise<unknown>[]): Promise<unknown[]> {
  return Promise.all(calls.map((call) => call.catch((error: unknown) => error)));
}

it("calls that are aborted while they wait at the device never start; the others do, in order", async () => {
  const { device, remote, held } = await behindABusyDevice();
  const controller = new AbortController();
  const abortable = withOptions(remote, { signal: controller.signal });
  const calls = numbersTo(60).map((number) => (number % 3 === 0 ? abortable : remote).run(number));
  const outcomes = failuresOf(calls);
  await everythingArrived(remote);

  controller.abort();
  await everythingArrived(remote);
  device.release();

  for (const [number, outcome] of (await outcomes).entries()) {
    if (number % 3 === 0) expect(outcome).toBeInstanceOf(CallAbortedError);
    else expect(outcome).toBe(number);
  }
  expect(await held).toBe("held");
  expect(device.started).toEqual(numbersTo(60).filter((number) => number % 3 !== 0));
});

it("a call that is aborted before its batch leaves is not sent", async () => {
  const { device, url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const controller = new AbortController();
  const abortable = withOptions(remote, { signal: controller.signal });
  const calls = numbersTo(30).map((number) => (number % 2 === 1 ? abortable : remote).run(number));
  const outcomes = failuresOf(calls);

  controller.abort();

  for (const [number, outcome] of (await outcomes).entries()) {
    if (number % 2 === 0) expect(outcome).toBe(number);
    else expect((outcome as Error).message).toBe("batch-1.run was aborted; it was not sent");
  }
  await everythingArrived(remote);
  expect(device.started).toEqual(numbersTo(30).filter((number) => number % 2 === 0));
});

it("each call of a batch has its own deadline, and what is past it never starts", async () => {
  const { device, remote, held } = await behindABusyDevice();
  const hurried = withOptions(remote, { timeoutMs: SHORT_MS });
  const late = failuresOf(numbersTo(20).map((number) => hurried.run(100 + number)));
  const patient = Promise.all(numbersTo(20).map((number) => remote.run(number)));

  for (const error of await late) expect(error).toBeInstanceOf(RpcTimeoutError);
  device.release();

  expect(await patient).toEqual(numbersTo(20));
  expect(await held).toBe("held");
  expect(device.started).toEqual(numbersTo(20));
});

it("a call that takes long holds back no reply of its batch", async () => {
  const { device, url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const first = remote.run(-1);
  const slow = remote.holdBeside();
  const quick = numbersTo(100).map((number) => remote.run(number));

  expect(await Promise.all([first, ...quick])).toEqual([-1, ...numbersTo(100)]);
  device.release();
  expect(await slow).toBe("held");
});

it("properties of a batch are answered while a method of it runs", async () => {
  const { device, url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const first = remote.run(-1);
  const slow = remote.hold();
  const queued = remote.run(1);
  const levels = numbersTo(50).map(() => remote.level.get());

  expect(await Promise.all(levels)).toEqual(numbersTo(50).map(() => 0));
  expect(device.started).toEqual([-1]);
  device.release();
  expect(await Promise.all([first, slow, queued])).toEqual([-1, "held", 1]);
});
