import { join } from "node:path";
import { clientOf, connect, type RpcServer, serve } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { TcpProxy } from "../support/tcp-proxy";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";
import { GeneratedModules } from "./generated-modules";
import { describeWithPython, type PythonPeer } from "./python-peer";
import { WaitingDevice } from "./waiting-device";

/** What became of lines of Python (exported_shell.py). */
interface Answer {
  readonly value?: unknown;
  readonly error?: string;
  readonly text?: string;
  readonly seconds: number;
}

/** Much longer than what happens at once takes on a busy machine, much shorter than the calls' own timeout. */
const AT_ONCE_S = 15;

describeWithPython(["zmq"], "A module of Python that was made for a device", (python) => {
  const modules = new GeneratedModules(python);
  const waitingProcess = typeScriptProgram(join(__dirname, "programs/waiting-process.ts"));
  let isWritten = false;

  /** A Python program with a client of the device. */
  async function clientAt(url: string): Promise<PythonPeer> {
    if (!isWritten) await modules.write(url, "waiting.py");
    isWritten = true;
    const peer = modules.start("exported_shell.py", ["waiting", "Waiting", url]);
    expect(await peer.next(20_000)).toBe("ready");
    return peer;
  }

  const run = async (client: PythonPeer, ...lines: readonly string[]) =>
    (await client.ask(lines.join("\n"), 30_000)) as Answer;

  /** The next line that a process of a device prints: on a busy machine its start alone takes seconds. */
  const lineOf = async (device: TypeScriptChild): Promise<unknown> =>
    JSON.parse(await device.nextLine(30_000));

  async function served(): Promise<{ readonly device: WaitingDevice; readonly server: RpcServer }> {
    const device = new WaitingDevice();
    const server = closing(await serve(device, { name: "waiting", logger: new RecordingLogger() }));
    return { device, server };
  }

  it.each([
    ["for threads", "device.hang()", "device.twice(4)"],
    ["for asyncio", "asyncio.run(asked('hang'))", "asyncio.run(asked('twice', 4))"],
  ])(
    "tells at once that the device died in the middle of a call, and sends nothing again: %s",
    async (_, hang, twice) => {
      const device = waitingProcess.start();
      const url = (await lineOf(device)) as string;
      const client = await clientAt(url);
      await run(
        client,
        "async def asked(method, *args):",
        "    async with AsyncWaiting(url) as device:",
        "        return await getattr(device, method)(*args)",
      );
      const hung = run(client, hang);
      expect(await lineOf(device)).toBe("hang");

      device.signal("SIGKILL");

      const { error, text, seconds } = await hung;
      expect(error).toBe("ConnectionLostError");
      expect(text).toMatch(
        /^waiting at tcp:.*: hang: the connection was lost \(.*\); it may have been carried out$/,
      );
      expect(seconds).toBeLessThan(AT_ONCE_S);
      const next = waitingProcess.start([url]);
      expect(await lineOf(next)).toBe(url);
      // Whatever had been sent again would have been begun before.
      expect(await run(client, twice)).toMatchObject({ value: 8 });
      expect(await lineOf(next)).toBe("twice");
    },
    120_000,
  );

  it("asks nothing of a device that is away, and says so", async () => {
    const device = waitingProcess.start();
    const url = (await lineOf(device)) as string;
    const client = await clientAt(url);
    expect(await run(client, "device.twice(1)")).toMatchObject({ value: 2 });
    device.signal("SIGKILL");
    await device.ended;

    expect(await run(client, "device.twice(2, timeout=0.5)")).toMatchObject({
      error: "DeviceUnavailableError",
      text: expect.stringMatching(
        /^waiting at tcp:.*: twice: it could not be sent within 0.5 s: .*; nothing was sent$/,
      ),
    });

    const next = waitingProcess.start([url]);
    expect(await lineOf(next)).toBe(url);
    expect(await run(client, "device.twice(3)")).toMatchObject({ value: 6 });
    expect(await lineOf(next)).toBe("twice");
    // Whatever had been sent again would have been begun before.
    await run(client, "device.hang(timeout=0.5)");
    expect(await lineOf(next)).toBe("hang");
  }, 120_000);

  it("says that nothing was sent to a device that is there and stands still", async () => {
    const device = waitingProcess.start();
    const client = await clientAt((await lineOf(device)) as string);
    expect(await run(client, "device.twice(1)")).toMatchObject({ value: 2 });

    device.signal("SIGSTOP");
    // So short that the device's clock would have to be asked first.
    const stood = await run(client, "import time", "time.sleep(0.1)", "device.twice(2, timeout=0.05)");
    device.signal("SIGCONT");

    expect(stood).toMatchObject({
      error: "RpcTimeoutError",
      text: expect.stringMatching(
        /twice: it could not be sent within 0.05 s: the device does not answer; nothing was sent$/,
      ),
    });
    expect(await lineOf(device)).toBe("twice");
    // Whatever had been sent again would have been begun before.
    await run(client, "device.hang(timeout=0.5)");
    expect(await lineOf(device)).toBe("hang");
  }, 120_000);

  it("has no command carried out late: its deadline counts at the device", async () => {
    const device = waitingProcess.start();
    const client = await clientAt((await lineOf(device)) as string);
    expect(await run(client, "device.twice(1)")).toMatchObject({ value: 2 });
    expect(await lineOf(device)).toBe("twice");

    device.signal("SIGSTOP");
    const late = await run(client, "device.hang(timeout=2)");
    expect(late).toMatchObject({
      error: "RpcTimeoutError",
      text: expect.stringMatching(/hang: no reply within 2 s; it may have been carried out$/),
    });
    device.signal("SIGCONT");

    // The late one stood before this one.
    expect(await run(client, "device.twice(2)")).toMatchObject({ value: 4 });
    expect(await lineOf(device)).toBe("twice");
  }, 120_000);

  it.each([
    ["a call", "device.hang()", "hang"],
    ["a call with progress", "device.steps(on_progress=lambda progress: None)", "steps"],
    ["a stream", "list(device.numbers())", "numbers"],
  ])(
    "gives up %s at Ctrl-C, and the device ends it",
    async (_what, lines, method) => {
      const { device, server } = await served();
      const client = await clientAt(server.url);
      const answer = run(client, lines);
      await eventually("the method runs", () => device.begun.includes(method));

      client.signal("SIGINT");

      expect(await answer).toMatchObject({ error: "KeyboardInterrupt" });
      await eventually("the method was ended", () => device.ended.includes(method));
      expect(await run(client, "device.twice(4)")).toMatchObject({ value: 8 });
    },
    120_000,
  );

  it("gives calls up that are cancelled, in threads and in asyncio", async () => {
    const { device, server } = await served();
    const client = await clientAt(server.url);
    const cancelled = run(
      client,
      "run = device.start_steps()",
      "first = next(iter(run))",
      "run.cancel()",
      "try:",
      "    run.result()",
      "except BaseException as error:",
      "    outcome = type(error).__name__",
      "[first, outcome]",
    );
    expect(await cancelled).toMatchObject({ value: [1, "CallAbortedError"] });
    await eventually("the first was ended", () => device.ended.length === 1);

    const later = run(
      client,
      "async def hang():",
      "    async with AsyncWaiting(url) as device:",
      "        try:",
      "            await asyncio.wait_for(device.hang(), 0.3)",
      "        except asyncio.TimeoutError:",
      "            return await device.twice(5)",
      "asyncio.run(hang())",
    );
    expect(await later).toMatchObject({ value: 10 });
    await eventually("the second was ended", () => device.ended.length === 2);
    expect(device.ended).toEqual(["steps", "hang"]);
  }, 120_000);

  it("tells how many signals did not come while the connection was cut", async () => {
    const { device, server } = await served();
    const other = connect(WaitingDevice, server.url);
    closing(clientOf(other));
    let heard = 0;
    other.moved.subscribe(() => heard++);
    const proxy = closing(await TcpProxy.open({ host: "127.0.0.1", port: Number(new URL(server.url).port) }));
    const client = await clientAt(proxy.url);
    await run(client, "events = device.moved.subscribe()");
    device.moved.next(1);
    expect(await run(client, "event = events.next(5)", "[event.value, event.missed]")).toMatchObject({
      value: [1, 0],
    });

    proxy.sever();
    await run(client, "import time", "while device._core.engine.link is not None: time.sleep(0.01)");
    for (const position of [2, 3, 4]) device.moved.next(position);
    await eventually("they were sent", () => heard === 4);
    proxy.resume();
    expect(await run(client, "device.twice(1)")).toMatchObject({ value: 2 });
    device.moved.next(5);

    expect(await run(client, "event = events.next(5)", "[event.value, event.missed]")).toMatchObject({
      value: [5, 3],
    });
  }, 120_000);

  it("tells a reader who does not keep up how many signals it missed", async () => {
    const { server } = await served();
    const client = await clientAt(server.url);
    const lines = [
      "import time",
      "events = device.moved.subscribe()",
      "for number in range(6):",
      "    device.emit(2000)",
      "while events.missed < 2000: time.sleep(0.01)",
      "read = [events.next(5) for number in range(10_000)]",
      "device.emit(1)",
      "last = events.next(5)",
      "[sum(event.missed for event in read), last.missed, events.missed]",
    ];
    expect(await run(client, ...lines)).toMatchObject({ value: [0, 2_000, 2_000] });
  }, 120_000);

  it("carries classes within classes, enumerations and dates, in both directions", async () => {
    const { server } = await served();
    const client = await clientAt(server.url);
    const lines = [
      "from datetime import datetime, timezone",
      "moment = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)",
      'plan = Plan(steps=[Step(target=5, pace="fast", not_before=moment), Step(7, "slow")], homing=Step(0, "slow"))',
      "device.done(plan) == plan.steps",
    ];
    expect(await run(client, ...lines)).toMatchObject({ value: true });
    expect(await run(client, 'device.done(Plan(steps=[Step(5, "hasty")]))')).toMatchObject({
      error: "ValidationError",
      text: expect.stringContaining("done: plan.steps[0].pace: 'hasty' is none of 'slow', 'fast'"),
    });
    expect(await run(client, 'device.done(Plan(steps=[], homing=Step(500, "slow")))')).toMatchObject({
      error: "ValidationError",
      text: expect.stringContaining("plan.homing.target: 500 is more than 100"),
    });
  }, 120_000);

  it("is not used by a process that was forked with it; one that is made there is", async () => {
    const { server } = await served();
    const client = await clientAt(server.url);
    const lines = [
      "import json, os",
      "events = device.moved.subscribe()",
      "run = device.start_steps()",
      "def outcome(use):",
      "    try:",
      "        return use()",
      "    except Exception as error:",
      "        return f'{type(error).__name__}: {error}'.replace(url, 'URL')",
      "def own():",
      "    with Waiting(url) as device:",
      "        return device.position",
      "reader, writer = os.pipe()",
      "child = os.fork()",
      "if child == 0:",
      "    run.cancel()",
      "    uses = [lambda: device.twice(1), lambda: device.moved.subscribe(), device.close, own]",
      "    os.write(writer, json.dumps([outcome(use) for use in uses]).encode())",
      "    os._exit(0)",
      "os.close(writer)",
      "told = json.loads(os.read(reader, 65_536))",
      "os.waitpid(child, 0)",
      "device.emit(1)",
      "value = events.next(5).value",
      "run.cancel()",
      "[told, value]",
    ];
    const refused =
      "RigwireError: waiting at URL: this client was made before a fork: make one in this process";
    expect(await run(client, ...lines)).toMatchObject({ value: [[refused, refused, null, 0], 1] });
  }, 120_000);
});
