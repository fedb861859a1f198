import { join } from "node:path";
import { firstValueFrom, timeout } from "rxjs";
import { clientOf, ConnectionLostError, DeviceUnavailableError, withOptions } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { connectStage } from "./stage";

const program = typeScriptProgram(join(__dirname, "programs/stage-process.ts"));

describe("a connection to a device that dies", () => {
  async function startServer(at = "tcp://127.0.0.1"): Promise<[server: TypeScriptChild, url: string]> {
    const server = program.start(["serve", at]);
    return [server, (await server.next()) as string];
  }

  async function kill(server: TypeScriptChild): Promise<void> {
    server.signal("SIGKILL");
    await server.ended;
  }

  it("fails the calls in flight at once, whatever their time", async () => {
    const [server, url] = await startServer();
    const stage = connectStage(closing, url);
    const calls = [stage.hold(1), withOptions(stage, { timeoutMs: 60_000 }).hold(2)];
    expect(await server.next()).toEqual({ moves: [1] });

    server.signal("SIGKILL");
    const killedAt = performance.now();
    const errors = await Promise.all(calls.map((call) => call.catch((thrown: unknown) => thrown)));

    expect(performance.now() - killedAt).toBeLessThan(1_000);
    for (const error of errors) {
      expect(error).toBeInstanceOf(ConnectionLostError);
      expect((error as Error).message).toBe(
        `stage-1.hold lost its connection (${url}: the peer went away); it may or may not have been carried out`,
      );
    }
  });

  it("is made again by itself, with its signals, and nothing of the calls before", async () => {
    const [server, url] = await startServer();
    const stage = connectStage(closing, url);
    const heard: number[] = [];
    stage.moved.subscribe((position) => heard.push(position));
    await stage.moveTo(1);
    await eventually("the signal arrives", () => heard.length === 1);
    const inFlight = stage.hold(2).catch((thrown: unknown) => thrown);
    await server.next();
    await server.next();

    await kill(server);
    expect(await inFlight).toBeInstanceOf(ConnectionLostError);
    await expect(withOptions(stage, { timeoutMs: 50 }).moveTo(3)).rejects.toThrow(DeviceUnavailableError);
    const [restarted] = await startServer(url);

    expect(await stage.moveTo(4)).toBe(4);
    expect(await restarted.next()).toEqual({ moves: [4] });
    await eventually("the signal arrives", () => heard.length === 2);
    expect(heard).toEqual([1, 4]);
  });

  it("tells its state at each step, in order", async () => {
    const [server, url] = await startServer();
    const stage = connectStage(closing, url);
    const states: string[] = [];
    clientOf(stage).state$.subscribe({
      next: (state) => states.push("problem" in state ? `${state.kind}: ${state.problem}` : state.kind),
      complete: () => states.push("complete"),
    });
    expect(states).toEqual(["idle"]);

    await stage.moveTo(1);
    expect(states).toEqual(["idle", "connecting: undefined", "connected"]);

    await kill(server);
    await eventually("the loss is told", () => states.length > 3);
    expect(states.slice(3)).toEqual(["connecting: the peer went away"]);

    await eventually("the refusal is told", () => states.length > 4);
    expect(states.slice(4)).toEqual(["connecting: connection refused"]);

    const connected = firstValueFrom(clientOf(stage).state$.pipe(timeout(10_000)));
    await startServer(url);
    await connected;
    await stage.moveTo(2);
    expect(states.slice(5)).toEqual(["connected"]);

    await clientOf(stage).close();
    expect(states.slice(6)).toEqual(["closed", "complete"]);
  });

  it("that stops without a word is noticed by its silence", async () => {
    const [server, url] = await startServer();
    const stage = connectStage(closing, url, { heartbeatMs: 500 });
    const call = stage.hold(1).catch((thrown: unknown) => thrown);
    await server.next();

    server.signal("SIGSTOP");
    const stoppedAt = performance.now();

    expect(await call).toBeInstanceOf(ConnectionLostError);
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    server.signal("SIGCONT");
    expect(await clientOf(stage).inventory()).toMatchObject({ name: "stage-1" });
  });
});

describe("a client that closes", () => {
  it.each([
    ["while nobody answers", "tcp://127.0.0.1:1", "DeviceUnavailableError"],
    ["while a host does not answer", "tcp://10.255.255.1:9000", "DeviceUnavailableError"],
    ["while nothing serves within the process", "inproc://nothing", "DeviceUnavailableError"],
    [
      "while its address is none",
      "http://127.0.0.1",
      expect.stringMatching(/AddressError|DeviceUnavailableError/),
    ],
  ])("%s is done at once, and its process ends", async (_, url, outcome) => {
    const client = program.start(["use", url]);

    const told = (await client.next()) as { outcome: string; closeMs: number };

    expect(told.outcome).toEqual(outcome);
    expect(told.closeMs).toBeLessThan(500);
    expect(await client.ended).toEqual({ code: 0, signal: null });
    expect(client.stderr).toBe("");
  });

  it("after a call was answered lets its process end", async () => {
    const server = program.start(["serve", "tcp://127.0.0.1"]);
    const client = program.start(["use", (await server.next()) as string, "the-answer"]);

    expect(await client.next()).toMatchObject({ outcome: 1 });
    expect(await client.ended).toEqual({ code: 0, signal: null });
  });
});
