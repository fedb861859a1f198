import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { NEVER, Observable, Subject, throwError } from "rxjs";
import {
  BusyError,
  connect,
  clientOf,
  JsonMethod,
  type Logger,
  RemoteError,
  RigwireError,
  RpcService,
  serve,
  Signal,
} from "rigwire";
import { deferred } from "../../lib/time/deferred";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RawClient, RawSubscriber, rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { typeScriptProgram } from "../support/typescript-child";
import { connectMotor, motorProcesses, serveMotor } from "./motor-clients";
import { Motor } from "./motor";

const startMotor = motorProcesses();

describe("a result that cannot be sent", () => {
  it.each([
    ["cycle", /contains itself/],
    ["function", /function/],
    ["symbol", /symbol/],
    ["a cycle inside", /contains itself/],
    ["a toJSON that throws", /not today/],
  ])("is a failure that says so, and the device goes on: %s", async (what, reason) => {
    const { url } = await serveMotor();
    const motor = connectMotor(url);

    const failure: unknown = await motor.unsendable(what).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RemoteError);
    expect(String(failure)).toMatch(reason);
    expect(await motor.moveTo(1)).toBe("arrived");
  });
});

describe("a promise of a device's own that rejects and that nobody handles", () => {
  const program = typeScriptProgram(`${__dirname}/programs/rejecting-process.ts`);

  it("while a call runs is logged with its stack, and the call is answered", async () => {
    const { child, url } = await startMotor();
    const motor = connectMotor(url);

    expect(await motor.rejectBehindTheBack()).toBe("done");
    expect(await motor.moveTo(1)).toBe("arrived");
    await eventually("it was logged", () => child.stderr.includes("the encoder does not answer"));
    expect(child.stderr).toMatch(/motor\.ts:\d+/);
  });

  it("does not end a process while anything is served", async () => {
    const child = program.start(["served"]);

    expect(await child.next()).toBe("alive");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it("ends a process that serves nothing any more, as Node does", async () => {
    expect(await program.start(["closed"]).ended).toEqual({ code: 1, signal: null });
  });

  it("is left to an application that handles such rejections itself", async () => {
    expect(await program.start(["own-handler"]).ended).toEqual({ code: 5, signal: null });
  });
});

describe("a signal whose source throws", () => {
  @RpcService()
  class Sensor {
    @Signal(Number) readonly failing = throwError(() => new Error("no sensor"));
    @Signal(Number) readonly subscribing = new Observable<number>(() => {
      throw new Error("no bus");
    });
    @Signal(Number) readonly unsubscribing = NEVER_ENDING_BADLY;
    @Signal(Number) readonly level = new Subject<number>();
  }

  it("is logged, and everything else goes on", async () => {
    const logger = new RecordingLogger();
    const sensor = new Sensor();
    const { url } = closing(await serve(sensor, { logger }));
    const client = closing(new RawClient(url));
    const everything = await RawSubscriber.open(client, "");
    everything.close();
    await eventually("all three were logged", () => logger.lines.length >= 3);
    const remote = connect(Sensor, url, { logger });
    closing(clientOf(remote));
    const heard: number[] = [];
    remote.level.subscribe((value) => heard.push(value));
    await clientOf(remote).inventory({ timeoutMs: 5_000 });
    sensor.level.next(1);

    await eventually("the level came", () => heard.length === 1);
    expect(logger.lines.join()).toMatch(/no sensor[^]*no bus[^]*no stop/);
  });
});

const NEVER_ENDING_BADLY = new Observable<number>((observer) => {
  NEVER.subscribe(observer);
  return () => {
    throw new Error("no stop");
  };
});

/** Does not look at the signal that tells it to end: only `stop()` stops it. */
@RpcService()
class Press {
  isPressing = false;
  private readonly stopped = deferred();

  @JsonMethod({ timeout: null })
  async press(): Promise<string> {
    this.isPressing = true;
    await this.stopped.promise;
    return "stopped";
  }

  @JsonMethod({ interrupts: true })
  stop(): void {
    this.stopped.resolve();
  }
}

describe("a server that closes", () => {
  it("tells what runs to end, starts nothing that waits, and takes nothing new", async () => {
    const motor = new Motor();
    const server = closing(await serve(motor));
    const remote = connectMotor(server.url);
    const running = remote.moveTo(1, 300);
    const waiting = remote.moveTo(2).catch((error: unknown) => error);
    await eventually("the first move began", () => motor.history().length === 1);
    const closed = server.close();
    const late = remote.moveTo(3).catch((error: unknown) => error);

    expect(await running).toBe("stopped");
    expect(await waiting).toBeInstanceOf(BusyError);
    await closed;
    // Refused, or too late for a refusal.
    expect(await late).toBeInstanceOf(RigwireError);
    expect(motor.history()).toEqual([1]);
  });

  it("lets what stops a method in while it waits for that method", async () => {
    const press = new Press();
    const server = closing(await serve(press, { closeGraceMs: 10_000 }));
    const remote = connect(Press, server.url);
    closing(clientOf(remote));
    const pressing = remote.press();
    await eventually("it presses", () => press.isPressing);
    const closed = server.close();

    await remote.stop();

    expect(await pressing).toBe("stopped");
    await closed;
  });

  it("aborts what takes longer than the grace time, and closes", async () => {
    const motor = new Motor();
    const server = await serve(motor, { closeGraceMs: 100 });
    const move = connectMotor(server.url).moveTo(1, 60_000);
    const outcome = move.catch((error: unknown) => error);
    await eventually("the move began", () => motor.history().length === 1);
    await server.close();

    await outcome;
    // A second server of the same device is free to start: nothing holds the first.
    closing(await serve(motor));
  });
});

describe("bad messages without end", () => {
  it("of one peer cost no more than a line of the log, and hold up nobody", async () => {
    const lines: string[] = [];
    const log = (_details: object, message: string) => void lines.push(message);
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const { url } = closing(await serve(new Motor(), { logger }));
    const bad = rawDealer(url);
    for (let index = 0; index < 2_000; index++) {
      await bad.send("no envelope");
      await bad.send("", "[1,2");
      await bad.send("1", "", "{");
      await bad.receive();
      await bad.receive();
    }

    expect(await connectMotor(url).moveTo(1)).toBe("arrived");
    expect(lines.length).toBeLessThan(10);
  });
});

describe("more connections than the process may open", () => {
  it("keep out who comes later, not who is there, and only while they last", async () => {
    const { child, url } = await startMotor();
    const motor = connectMotor(url);
    await motor.moveTo(1);
    execFileSync("prlimit", ["--pid", String(child.pid), `--nofile=${openFiles(child.pid) + 20}`]);

    const strangers = Array.from({ length: 200 }, () =>
      createConnection(Number(new URL(url).port), "127.0.0.1").on("error", () => undefined),
    );
    await eventually("nobody else gets in", () => !hasRoom(child.pid));
    expect(await motor.moveTo(2)).toBe("arrived");

    for (const stranger of strangers) stranger.destroy();
    expect(await connectMotor(url).moveTo(3)).toBe("arrived");
    expect(await motor.moveTo(4)).toBe("arrived");
  });

  function openFiles(pid: number): number {
    return readdirSync(`/proc/${pid}/fd`).length;
  }

  function hasRoom(pid: number): boolean {
    const limit = /Max open files\s+(?<soft>\d+)/.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))?.groups
      ?.soft;
    return openFiles(pid) < Number(limit);
  }
});
