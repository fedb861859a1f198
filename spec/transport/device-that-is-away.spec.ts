import { Arg, DeviceUnavailableError, JsonMethod, RpcService, serve, withOptions } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { connectStage, Stage } from "./stage";

/** Its own time for a move is over before any client is connected. */
@RpcService({ type: "stage" })
class HurriedStage extends Stage {
  @JsonMethod({ timeout: 0.001 })
  override moveTo(@Arg("position") position: number): number {
    return super.moveTo(position);
  }
}

describe("a device that is away", () => {
  it("fails a call at its deadline, and is never sent it when it comes", async () => {
    const port = await freePort();
    const stage = connectStage(closing, `tcp://127.0.0.1:${port}`, { name: "stage-1" });

    const startedAt = performance.now();
    const error = await withOptions(stage, { timeoutMs: 200 })
      .moveTo(1)
      .catch((thrown: unknown) => thrown);
    const tookMs = performance.now() - startedAt;

    expect(error).toBeInstanceOf(DeviceUnavailableError);
    expect(error).toMatchObject({
      message: `stage-1.moveTo was not sent: the device was not reachable within 200 ms (tcp://127.0.0.1:${port}: connection refused)`,
      device: "stage-1",
      member: "moveTo",
    });
    expect(tookMs).toBeGreaterThanOrEqual(199);
    expect(tookMs).toBeLessThan(1_000);

    const device = new Stage();
    closing(await serve(device, { url: `tcp://127.0.0.1:${port}` }));
    expect(await stage.moveTo(2)).toBe(2);
    expect(device.moves).toEqual([2]);
  });

  it("that comes before the deadline gets the call, once, in the order of the calls", async () => {
    const port = await freePort();
    const stage = connectStage(closing, `tcp://127.0.0.1:${port}`);
    const calls = [1, 2, 3].map((position) => stage.moveTo(position));

    const device = new Stage();
    closing(await serve(device, { url: `tcp://127.0.0.1:${port}` }));

    expect(await Promise.all(calls)).toEqual([1, 2, 3]);
    expect(device.moves).toEqual([1, 2, 3]);
  });

  it("whose address names no port is told at once, not at the deadline", async () => {
    const stage = connectStage(closing, "tcp://127.0.0.1");

    await expect(withOptions(stage, { timeoutMs: 60_000 }).moveTo(1)).rejects.toThrow(
      "tcp://127.0.0.1 names no port: as in tcp://127.0.0.1:9000",
    );
  });

  it("does not hold up calls with a shorter time, nor an abort", async () => {
    const stage = connectStage(closing, `tcp://127.0.0.1:${await freePort()}`);
    const aborting = new AbortController();
    const settled: string[] = [];
    const calls = [
      withOptions(stage, { timeoutMs: 400 })
        .moveTo(1)
        .catch(() => settled.push("long")),
      withOptions(stage, { timeoutMs: 100 })
        .moveTo(2)
        .catch(() => settled.push("short")),
      withOptions(stage, { signal: aborting.signal })
        .moveTo(3)
        .catch(() => settled.push("aborted")),
    ];
    aborting.abort();
    await Promise.all(calls);

    expect(settled).toEqual(["aborted", "short", "long"]);
  });

  it("gets nothing of a call whose time ran out while the event loop was blocked", async () => {
    const device = new Stage();
    const server = closing(await serve(device));
    const stage = connectStage(closing, server.url);
    const call = withOptions(stage, { timeoutMs: 300 }).moveTo(1);
    // The connection is made by another thread, and is there when this one goes on.
    const until = performance.now() + 400;
    await eventually("it is connecting", () => true);
    while (performance.now() < until);

    await expect(call).rejects.toThrow(DeviceUnavailableError);
    expect(await stage.moveTo(2)).toBe(2);
    expect(device.moves).toEqual([2]);
  });

  it("tells a call that the device's own time for the method ended before it was connected", async () => {
    const server = closing(await serve(new HurriedStage()));
    const stage = connectStage(closing, server.url, { name: "stage-1" });

    await expect(stage.moveTo(1)).rejects.toThrow(
      `stage-1.moveTo was not sent: the device was not reachable within 0.001 ms (${server.url})`,
    );
  });
});
