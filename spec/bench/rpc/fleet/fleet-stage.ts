import { setTimeout as pause } from "node:timers/promises";
import { FLEET_CALLER_FILE, FLEET_DEVICES_FILE, FLEET_DIRECTORY_FILE } from "../places";
import { type BenchProcess } from "../processes/bench-process";
import { type Stage } from "../stage";
import { type CallerTasks } from "./caller-process";
import { type Moment, sharedNow } from "./clock";
import { type Apps, type DeviceTasks } from "./device-process";
import { type DirectoryTasks, type Told } from "./directory-process";
import { deviceName } from "./fleet-names";
import { type Usage, usageOf } from "./usage";

const DEVICE_PROCESSES = 4;

/** 10,000 devices start on two cores. */
const TASK_MS = 180_000;

/** A process that starts has told of its devices, and is watched, in milliseconds. */
const KNOWN_MS = 1_000;

/** What each part uses; nothing of the broker where the system does not tell. */
export interface Usages {
  readonly broker: Usage | undefined;
  /** All of them together. */
  readonly devices: Usage;
  readonly directory: Usage;
}

/** The processes of a fleet, around a broker. */
export class FleetStage {
  private constructor(
    private readonly stage: Stage,
    readonly devices: readonly BenchProcess<DeviceTasks>[],
    /** Looks devices up, and watches them. */
    readonly directory: BenchProcess<DirectoryTasks>,
    readonly caller: BenchProcess<CallerTasks>,
  ) {}

  static async open(stage: Stage): Promise<FleetStage> {
    const [directory, caller, ...devices] = await Promise.all([
      stage.startProcess<DirectoryTasks>(FLEET_DIRECTORY_FILE, TASK_MS),
      stage.startProcess<CallerTasks>(FLEET_CALLER_FILE, TASK_MS),
      ...Array.from({ length: DEVICE_PROCESSES }, () =>
        stage.startProcess<DeviceTasks>(FLEET_DEVICES_FILE, TASK_MS),
      ),
    ]);
    return new FleetStage(stage, devices, directory, caller);
  }

  /** @param isCollected - Memory is that after a garbage collection, which takes processor time. */
  async usage(isCollected: boolean): Promise<Usages> {
    const devices = await Promise.all(this.devices.map((process) => process.ask("usage", { isCollected })));
    return {
      broker: usageOf(this.stage.server.helperPid),
      devices: {
        cpuMs: sum(devices.map(({ cpuMs }) => cpuMs)),
        memory: sum(devices.map(({ memory }) => memory)),
      },
      directory: await this.directory.ask("usage", { isCollected }),
    };
  }

  /** How much of one processor core each part uses while something goes on, in percent. */
  async busy(work: () => Promise<unknown>): Promise<Record<keyof Usages, number | undefined>> {
    const before = await this.usage(false);
    const beganAt = performance.now();
    await work();
    const ms = performance.now() - beganAt;
    const after = await this.usage(false);
    const percent = (one: Usage | undefined, other: Usage | undefined) =>
      one && other && ((other.cpuMs - one.cpuMs) / ms) * 100;
    return {
      broker: percent(before.broker, after.broker),
      devices: percent(before.devices, after.devices),
      directory: percent(before.directory, after.directory),
    };
  }

  /** How long after each moment the watching program was told, in milliseconds. */
  async delays(
    kind: Told["kind"],
    moments: readonly Moment[],
    timeoutMs: number,
  ): Promise<readonly number[]> {
    const names = moments.map(([name]) => name);
    const told = new Map(await this.directory.ask("told", { kind, names, timeoutMs }));
    return moments.map(([name, at]) => (told.get(name) ?? NaN) - at);
  }

  momentsOf(numbers: readonly number[], at: number): readonly Moment[] {
    return numbers.map((number) => [deviceName(number), at]);
  }

  /** Starts one more process of devices, and kills it when they are known. @returns When. */
  async killProcess(apps: Apps): Promise<number> {
    const process = await this.stage.startProcess<DeviceTasks>(FLEET_DEVICES_FILE, TASK_MS);
    await process.ask("start", apps);
    const names = Array.from({ length: apps.apps * apps.devicesEach }, (_, index) =>
      deviceName(apps.first + index),
    );
    await this.directory.ask("told", { kind: "added", names, timeoutMs: TASK_MS });
    await pause(KNOWN_MS);
    const at = sharedNow();
    process.kill();
    return at;
  }

  /** Kills the broker and starts it anew at the same port. */
  async restartBroker(): Promise<void> {
    const { server } = this.stage;
    server.helperPid = await server.ask("restart", null);
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
