import { RpcClient } from "../../client/rpc-client";
import { type DeviceRecord } from "../../discovery/device-directory";
import { AuthenticationError, messageOf } from "../../errors";
import { type ChosenKeys } from "../keys/chosen-keys";
import { activityOf } from "./activity";
import { connectionOptions } from "./connection-options";
import { orFirstProblem } from "../contract/first-problem";
import { keyProblem } from "../keys/key-problems";
import { roundTrip } from "./round-trip";
import { type Session } from "../program/session";
import { preciseMs } from "../terminal/units";

/** A device of a directory, and whether it answers. */
export interface SurveyedDevice extends DeviceRecord {
  readonly alive: boolean;
  /** Where it answered. */
  readonly roundTripMs?: number;
  /** What it does, where that keeps others waiting. */
  readonly activity?: string;
  /** Where it did not. */
  readonly problem?: string;
}

/** How long a device may take to answer before it counts as away, in milliseconds. */
const ANSWER_WITHIN_MS = 1_500;

/** Connections that are made at the same time. */
const PARALLEL = 16;

/** Asks devices whether they are there; keeps the connections for the next time. */
export class DeviceSurvey {
  private readonly clients = new Map<string, RpcClient>();

  constructor(
    private readonly session: Session,
    private readonly keys: ChosenKeys,
  ) {}

  /** In the order given. Does not throw. */
  async ask(devices: readonly DeviceRecord[]): Promise<readonly SurveyedDevice[]> {
    await this.forget(new Set(devices.map(({ url }) => url)));
    const waiting = [...devices.entries()];
    const surveyed: SurveyedDevice[] = [];
    const askNext = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        surveyed[next[0]] = await this.askOne(next[1]);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, askNext));
    return surveyed;
  }

  /** Idempotent. */
  async close(): Promise<void> {
    await this.forget(new Set());
  }

  private async askOne(device: DeviceRecord): Promise<SurveyedDevice> {
    try {
      const { isNew, client } = this.client(device);
      const { signal } = this.session;
      // The first question makes the connection, which is no part of the round trip.
      const first = await orFirstProblem(
        (given) => roundTrip(client, ANSWER_WITHIN_MS, given),
        client.state$,
        device.url,
        signal,
      );
      const { ms, inventory } = isNew ? await roundTrip(client, ANSWER_WITHIN_MS, signal) : first;
      // An RPyC registry knows no types.
      const type = device.type === "" ? (inventory.rigwire?.type ?? "") : device.type;
      const activity = activityOf(inventory.rigwire);
      return {
        ...device,
        type,
        alive: true,
        roundTripMs: preciseMs(ms),
        ...(activity !== "" && { activity }),
      };
    } catch (error) {
      if (error instanceof AuthenticationError) await this.forgetOne(device.url);
      return { ...device, alive: false, problem: shortened(error) };
    }
  }

  private client(device: DeviceRecord): { readonly client: RpcClient; readonly isNew: boolean } {
    const { url } = device;
    const known = this.clients.get(url);
    if (known !== undefined) return { client: known, isNew: false };
    const options = connectionOptions(this.session, this.keys.towards(device));
    const client = new RpcClient(() => Promise.resolve(url), undefined, options);
    this.clients.set(url, client);
    return { client, isNew: true };
  }

  /** Its next answer shall be about the keys as well. */
  private async forgetOne(url: string): Promise<void> {
    const client = this.clients.get(url);
    this.clients.delete(url);
    await client?.close();
  }

  private async forget(keep: ReadonlySet<string>): Promise<void> {
    const gone = [...this.clients].filter(([url]) => !keep.has(url));
    for (const [url] of gone) this.clients.delete(url);
    await Promise.all(gone.map(([, client]) => client.close()));
  }
}

/** The reason alone: which device and where stands in the same row. */
function shortened(error: unknown): string {
  if (error instanceof AuthenticationError) return keyProblem(error);
  const message = messageOf(error);
  const [, reason] = /^\S+ is not reachable: (.*)$/.exec(message) ?? [];
  return reason ?? (message.includes("not reachable within") ? "no answer" : message);
}
