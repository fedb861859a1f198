import { setTimeout as delay } from "node:timers/promises";
import {
  ConnectionLostError,
  BusyError,
  CallAbortedError,
  DeviceUnavailableError,
  InterruptedError,
  type Remote,
  RemoteError,
  RpcTimeoutError,
  withOptions,
} from "rigwire";
import { type ChaosDevice } from "../chaos-device";
import { CheckedCommand } from "../slow-check";
import { sharedNow } from "../journal";
import { Random } from "../random";
import { ClientProcess } from "./client";
import { HeardDevice } from "./heard-device";
import { Reading, readSome } from "./stream-reading";

/** Calls every device with many workers at a time, and hears what they tell. */

const WORKERS_PER_DEVICE = 2;
const LONG_MS = 8_000;

/** A timer that comes no later than this was not held up, in milliseconds; and so long it may take until one is not. */
const PROMPT_MS = 20;
const PROMPT_WITHIN_MS = 3_000;

/** What a call may fail with while its device is killed, stopped or cut off. */
const EXPECTED = [
  BusyError,
  CallAbortedError,
  ConnectionLostError,
  DeviceUnavailableError,
  InterruptedError,
  RpcTimeoutError,
];

let isCalling = true;

/** One device as this client uses it. */
class UsedDevice extends HeardDevice {
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

  /** Reads one source after the other. */
  async readOn(random: Random): Promise<void> {
    while (isCalling) {
      const id = this.self.newId();
      const reading = new Reading(`${this.self.name}, ${id}`, (text) => this.problem(text));
      const outcome = await readSome(this.remote, random, id, reading).then(
        () => "done",
        (error: unknown) => this.outcomeOf(error),
      );
      const { items, skipped } = reading;
      this.self.journal.write({ kind: "read", items, skipped, outcome });
      await delay(random.between(0, 20));
    }
  }

  private async call(random: Random, options: { timeoutMs: number; signal?: AbortSignal }): Promise<void> {
    const id = this.self.newId();
    const remote = withOptions(this.remote, options);
    const holdMs = random.next() < 0.2 ? random.between(1, 150) : 0;
    const ending = this.commanded(remote, random, id, holdMs).then(
      () => "done",
      (error: unknown) => this.outcomeOf(error),
    );
    // The time of the call has begun before this: what holds the process up until here is not held against it.
    this.self.journal.write({ kind: "issued", id, at: sharedNow(), timeoutMs: options.timeoutMs });
    const outcome = await ending;
    this.self.journal.write({ kind: "ended", id, at: sharedNow(), outcome });
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

  /** The error's name; with a mark where the error says that the command was not carried out. */
  private outcomeOf(error: unknown): string {
    // What runs when a device is closed is ended.
    const isClosing = error instanceof RemoteError && /the server (is closing|closed)$/.test(error.message);
    if (!isClosing && !EXPECTED.some((expected) => error instanceof expected)) {
      this.problem(`${this.self.name}: a call failed with ${String(error)}`);
    }
    const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
    const wasNotRun =
      error instanceof DeviceUnavailableError ||
      error instanceof BusyError ||
      / was not (sent|started|set)/.test(message);
    return wasNotRun ? `${kind} (not run)` : kind;
  }

  private problem(text: string): void {
    this.self.journal.write({ kind: "problem", text });
  }
}

/** What a process loads when it first connects holds up its timers on a busy computer: no call is to blame for it. */
async function loaded(): Promise<void> {
  const until = performance.now() + PROMPT_WITHIN_MS;
  for (let at = -Infinity, now = performance.now(); now - at > 2 * PROMPT_MS && now < until;) {
    at = now;
    await delay(PROMPT_MS);
    now = performance.now();
  }
}

const client = new ClientProcess();

async function main(): Promise<void> {
  const used = await client.start((...of) => new UsedDevice(...of));
  await loaded();
  const workers = used.flatMap((device, index) =>
    Array.from({ length: WORKERS_PER_DEVICE }, (_, worker) =>
      device.callOn(new Random(client.seed + 100 * index + worker)),
    ),
  );
  workers.push(
    ...used.map((device, index) => device.readOn(new Random(client.seed + 100 * index + WORKERS_PER_DEVICE))),
  );
  client.ready(used, async () => {
    isCalling = false;
    await Promise.all(workers);
  });
}

void main();
