import { setTimeout as delay } from "node:timers/promises";
import { retry } from "rxjs";
import {
  clientOf,
  ConnectionLostError,
  BusyError,
  CallAbortedError,
  DeviceUnavailableError,
  InterruptedError,
  RegistryModule,
  type Remote,
  RigApp,
  RpcTimeoutError,
  withOptions,
} from "rigwire";
import { ChaosDevice } from "../chaos-device";
import { CheckedCommand } from "../slow-check";
import { Journal, sharedNow } from "../journal";
import { type LastTick, type SignalCounts } from "../messages";
import { quiet } from "../quiet-logger";
import { Random } from "../random";
import { TickAccount } from "../tick-account";
import { Child } from "./child";

const WORKERS_PER_DEVICE = 3;
const HEARTBEAT_MS = 1_000;
const LOOK_EVERY_MS = 50;
const LONG_MS = 8_000;
const SUBSCRIBED_WITHIN_MS = 10_000;

/** What a call may fail with while its device is killed, stopped or cut off. */
const EXPECTED = [
  BusyError,
  CallAbortedError,
  ConnectionLostError,
  DeviceUnavailableError,
  InterruptedError,
  RpcTimeoutError,
];

const [, , name = "", registry = "", file = "", seed = "0", ...devices] = process.argv;
const journal = new Journal(file);
let isCalling = true;
let ids = 0;

/** One device as this client uses it. */
class UsedDevice {
  private readonly account = new TickAccount(
    (text) => journal.write({ kind: "problem", text: `${name}: ${text}` }),
    (restart) => journal.write({ kind: "restart", ...restart }),
  );

  /** What `changes$` told last. */
  private mark: string | undefined;

  constructor(
    readonly name: string,
    private readonly remote: Remote<ChaosDevice>,
  ) {
    // It fails where the device is not there when its value is first asked for.
    remote.mark.changes$.pipe(retry({ delay: LOOK_EVERY_MS })).subscribe((mark) => (this.mark = mark));
    remote.ticked.subscribe(([run, number]) => this.account.heard(run, number));
    clientOf(remote).missed$.subscribe(({ signal, count }) => {
      if (signal === "ticked") this.account.missed(count);
    });
  }

  get signals(): SignalCounts {
    return this.account.total;
  }

  /** Calls one after the other, with any timeout and now and then an abort. */
  async callOn(random: Random): Promise<void> {
    while (isCalling) {
      // Now and then a client would wait for long: what waits then must go with it where it is killed.
      const timeoutMs = random.next() < 0.1 ? LONG_MS : random.between(50, 2_000);
      const options = {
        timeoutMs,
        ...(random.next() < 0.1 && { signal: AbortSignal.timeout(random.between(1, 300)) }),
      };
      await this.call(random, options);
      await delay(random.between(0, 20));
    }
  }

  /** Waits until the device answers and its last tick is accounted for. @returns What is missing after the time. */
  async settled(lastTick: LastTick | undefined, withinMs: number): Promise<string | undefined> {
    const until = performance.now() + withinMs;
    let missing: string | undefined;
    do {
      missing = await this.missing(lastTick);
      await delay(LOOK_EVERY_MS);
    } while (missing !== undefined && performance.now() < until);
    return missing;
  }

  private async missing(lastTick: LastTick | undefined): Promise<string | undefined> {
    try {
      await withOptions(this.remote, { timeoutMs: 1_000 }).urgent(newId());
    } catch (error) {
      return `does not reach ${this.name}: ${String(error)}`;
    }
    const mark = await withOptions(this.remote, { timeoutMs: 1_000 }).mark.get().catch(String);
    if (mark !== this.mark) return `was told by changes$ that mark is ${this.mark}, and it is ${mark}`;
    if (lastTick === undefined || this.account.covers(lastTick)) return undefined;
    return `was not told of tick ${lastTick.number} of ${lastTick.run}: ${this.account.position}`;
  }

  private async call(random: Random, options: { timeoutMs: number; signal?: AbortSignal }): Promise<void> {
    const id = newId();
    const remote = withOptions(this.remote, options);
    const holdMs = random.next() < 0.2 ? random.between(1, 150) : 0;
    const ending = this.commanded(remote, random, id, holdMs).then(
      () => "done",
      (error: unknown) => outcomeOf(error),
    );
    // The time of the call has begun before this: what holds the process up until here is not held against it.
    journal.write({ kind: "issued", id, at: sharedNow(), timeoutMs: options.timeoutMs });
    const outcome = await ending;
    journal.write({ kind: "ended", id, at: sharedNow(), outcome });
  }

  private commanded(
    remote: Remote<ChaosDevice>,
    random: Random,
    id: string,
    holdMs: number,
  ): Promise<unknown> {
    const kind = random.next();
    if (kind < 0.35) return remote.command(id, holdMs);
    if (kind < 0.45) return remote.stubborn(id, holdMs);
    if (kind < 0.55) return remote.checked(CheckedCommand.of(id));
    if (kind < 0.65) return remote.mark.set(id);
    if (kind < 0.68) return remote.halt(id);
    return kind < 0.9 ? remote.urgent(id) : remote.image(id, random.between(0, 200_000));
  }
}

function newId(): string {
  return `${name}/${process.pid}/${++ids}`;
}

/** The error's name; with a mark where the error says that the command was not carried out. */
function outcomeOf(error: unknown): string {
  if (!EXPECTED.some((expected) => error instanceof expected)) {
    journal.write({ kind: "problem", text: `${name}: a call failed with ${String(error)}` });
  }
  const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
  const wasNotRun =
    error instanceof DeviceUnavailableError ||
    error instanceof BusyError ||
    / was not (sent|started|set)/.test(message);
  return wasNotRun ? `${kind} (not run)` : kind;
}

async function main(): Promise<void> {
  const app = new RigApp({ logger: quiet, clients: { heartbeatMs: HEARTBEAT_MS } }).use(
    RegistryModule.connect(registry, { heartbeatMs: HEARTBEAT_MS }),
  );
  await app.start();
  const used = devices.map((device) => new UsedDevice(device, app.client(ChaosDevice, device)));
  const workers = used.flatMap((device, index) =>
    Array.from({ length: WORKERS_PER_DEVICE }, (_, worker) =>
      device.callOn(new Random(Number(seed) + 100 * index + worker)),
    ),
  );
  const child = new Child(async (message) => {
    isCalling = false;
    await Promise.all(workers);
    if (message.kind === "finish") {
      // One that was started a moment ago must have subscribed before there can be a last tick for it.
      await Promise.all(used.map((device) => device.settled(undefined, SUBSCRIBED_WITHIN_MS)));
      child.tell({ kind: "finished" });
      return;
    }
    const { lastTicks, withinMs } = message;
    const settled = await Promise.all(used.map((device) => device.settled(lastTicks[device.name], withinMs)));
    child.tell({
      kind: "settled",
      missing: settled.filter((each) => each !== undefined),
      signals: {
        received: used.reduce((sum, { signals }) => sum + signals.received, 0),
        missed: used.reduce((sum, { signals }) => sum + signals.missed, 0),
      },
    });
  });
  child.tell({ kind: "ready", url: "" });
}

void main();
