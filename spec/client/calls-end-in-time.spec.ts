import { getEventListeners } from "node:events";
import {
  CallAbortedError,
  CallContext,
  clientOf,
  connect,
  DeviceUnavailableError,
  JsonMethod,
  RpcService,
  RpcTimeoutError,
  serve,
  withOptions,
  type Remote,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { LabDevice, openLab } from "./lab-device";

function connectToNobody(): Remote<LabDevice> {
  const remote = connect(LabDevice, "tcp://127.0.0.1:1", { name: "lab-1", logger: new RecordingLogger() });
  closing(clientOf(remote));
  return remote;
}

@RpcService()
class Obedient {
  @JsonMethod() obey(): Promise<never> {
    const { signal } = CallContext.current();
    return new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(new Error("the operation was aborted"))),
    );
  }
}

describe("a call without a reply", () => {
  it("ends after the method's own time", async () => {
    const { remote, url } = await openLab({}, { name: "lab-1" });
    // Connected before: its own time is too short for that on a busy machine.
    await clientOf(remote).inventory({ timeoutMs: 5_000 });
    const error: unknown = await remote.moveTo(5).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(RpcTimeoutError);
    expect(error).toMatchObject({
      message: `lab-1.moveTo got no reply within 100 ms (${url}); it may still be carried out`,
      timeoutMs: 100,
      device: "lab-1",
      member: "moveTo",
    });
  });

  it("ends after the time that the client was given", async () => {
    const { remote } = await openLab({}, { timeoutMs: 30 });

    await expect(remote.home()).rejects.toThrow("within 30 ms");
  });

  it("ends after the time that the call was given", async () => {
    const { remote } = await openLab({}, { timeoutMs: 60_000 });

    await expect(withOptions(remote, { timeoutMs: 30 }).home()).rejects.toThrow("within 30 ms");
  });

  it("is not sent with a time that is no number, which would never be over", async () => {
    const { remote } = await openLab({}, { name: "lab-1" });
    const careless = withOptions(remote, { timeoutMs: Number("five") });

    await expect(careless.home()).rejects.toThrow("lab-1.home was not sent: timeoutMs is NaN");
    await expect(careless.gain.get()).rejects.toThrow("lab-1.gain was not sent: timeoutMs is NaN");
  });

  it("waits for ever where the method says so", async () => {
    const { remote, device } = await openLab();
    const before = device.arrive;
    const home = remote.home();
    await eventually("it is under way", () => device.arrive !== before);
    await remote.gain.get();
    device.arrive();

    expect(await home).toBe("home");
  });

  it("ends as one, and not as a failure of the device, where the method ends with its caller's wait", async () => {
    const { url } = closing(await serve(new Obedient()));
    const remote = connect(Obedient, url);
    closing(clientOf(remote));
    await clientOf(remote).inventory({ timeoutMs: 5_000 });
    for (let call = 0; call < 5; call++) {
      const error: unknown = await withOptions(remote, { timeoutMs: 40 + call })
        .obey()
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RpcTimeoutError);
    }
  });

  it("is told to the method also while its server closes, which need not wait for it then", async () => {
    const server = closing(await serve(new Obedient(), { closeGraceMs: 20_000 }));
    const remote = connect(Obedient, server.url);
    closing(clientOf(remote));
    const controller = new AbortController();
    const call = withOptions(remote, { signal: controller.signal }).obey();
    await clientOf(remote).inventory({ timeoutMs: 5_000 });

    const closingAt = performance.now();
    const closed = server.close();
    controller.abort();

    await expect(call).rejects.toThrow(CallAbortedError);
    await closed;
    expect(performance.now() - closingAt).toBeLessThan(5_000);
  });

  it("leaves the next call its own reply", async () => {
    const { remote, device } = await openLab();
    await expect(remote.moveTo(5)).rejects.toThrow(RpcTimeoutError);
    const next = remote.add(1);
    device.arrive();

    expect(await next).toBe(111);
  });
});

describe("a call to a device that is not there", () => {
  it("ends in time and was not sent", async () => {
    const error: unknown = await withOptions(connectToNobody(), { timeoutMs: 50 })
      .add(1)
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(DeviceUnavailableError);
    expect(error).toMatchObject({
      message:
        "lab-1.add was not sent: the device was not reachable within 50 ms (tcp://127.0.0.1:1: connection refused)",
      device: "lab-1",
      member: "add",
    });
  });

  it("ends for properties alike", async () => {
    const remote = withOptions(connectToNobody(), { timeoutMs: 50 });

    await expect(remote.mode.get()).rejects.toThrow("lab-1.mode was not sent");
    await expect(remote.mode.set("VIDEO")).rejects.toThrow("lab-1.mode was not sent");
  });
});

describe("a call with an AbortSignal", () => {
  it("that was aborted before is not made", async () => {
    const { remote, device } = await openLab({}, { name: "lab-1" });
    const aborted = withOptions(remote, { signal: AbortSignal.abort("not today") });
    const error: unknown = await aborted.add(1).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(CallAbortedError);
    expect(error).toMatchObject({ message: "lab-1.add was aborted; it was not sent", cause: "not today" });
    await remote.nothing();
    expect(device.calls).toBe(1);
  });

  it("ends when it is aborted under way", async () => {
    const { remote, device } = await openLab({}, { name: "lab-1" });
    const controller = new AbortController();
    const home = withOptions(remote, { signal: controller.signal }).home();
    await remote.gain.get();
    controller.abort();

    await expect(home).rejects.toThrow("lab-1.home was aborted; it may still be carried out");
    device.arrive();
    expect(await remote.add(1)).toBe(111);
  });

  it("ends when it is aborted while the device is not there", async () => {
    const controller = new AbortController();
    const call = withOptions(connectToNobody(), { signal: controller.signal }).add(1);
    controller.abort();

    await expect(call).rejects.toThrow("lab-1.add was aborted; it was not sent");
  });

  it("listens to the signal no longer than it lasts", async () => {
    const { remote } = await openLab();
    const { signal } = new AbortController();
    await withOptions(remote, { signal }).add(1);

    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("listens once to a signal of many calls, and ends them all when it aborts", async () => {
    const { remote } = await openLab();
    const controller = new AbortController();
    const abortable = withOptions(remote, { signal: controller.signal });
    const calls = Promise.allSettled(Array.from({ length: 20 }, () => abortable.home()));

    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    controller.abort();
    for (const call of await calls) expect(call.status).toBe("rejected");
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});

describe("withOptions()", () => {
  it("leaves the remote that it was given as it was", async () => {
    const { remote } = await openLab();
    withOptions(remote, { timeoutMs: 1, signal: AbortSignal.abort() });

    expect(await remote.add(1)).toBe(111);
  });

  it("adds to the options that were given before", async () => {
    const { remote } = await openLab();
    const impatient = withOptions(remote, { timeoutMs: 30 });

    await expect(withOptions(impatient, { signal: new AbortController().signal }).home()).rejects.toThrow(
      "within 30 ms",
    );
  });

  it("gives the same client", async () => {
    const { remote } = await openLab();

    expect(clientOf(withOptions(remote, { timeoutMs: 5 }))).toBe(clientOf(remote));
  });
});

describe("close()", () => {
  it("ends the calls that wait, and says whether they were sent", async () => {
    const { remote } = await openLab({}, { name: "lab-1" });
    const home = remote.home();
    await remote.gain.get();
    const closed = clientOf(remote).close();

    await expect(home).rejects.toThrow(
      /^lab-1\.home lost its connection .*it may or may not have been carried out$/,
    );
    await closed;
  });

  it("ends the calls that wait for a device that is not there", async () => {
    const remote = connectToNobody();
    const call = remote.add(1);
    const closed = clientOf(remote).close();

    await expect(call).rejects.toThrow("lab-1.add was not sent: its client is closed");
    await closed;
  });

  it("may be called twice, at any time", async () => {
    const { remote } = await openLab();
    const client = clientOf(remote);
    const idle = clientOf(connectToNobody());
    await Promise.all([idle.close(), idle.close()]);
    await remote.nothing();
    await Promise.all([client.close(), client.close()]);
    await client.close();
  });

  it("completes signals and changes", async () => {
    const { remote } = await openLab();
    const completed = Promise.all([
      remote.modeChanged.forEach(() => undefined),
      remote.mode.changes$.forEach(() => undefined),
    ]);
    await remote.nothing();
    await clientOf(remote).close();

    await completed;
  });

  it("refuses calls that are made later", async () => {
    const { remote } = await openLab({}, { name: "lab-1" });
    await clientOf(remote).close();

    await expect(remote.add(1)).rejects.toThrow("lab-1.add was not sent: its client is closed");
    await expect(remote.mode.get()).rejects.toThrow(DeviceUnavailableError);
  });
});
