import { decodeDeviceHealth, type DeviceHealth } from "./device-health";
import { isObject } from "./message";

/** The method that holds a device's queue. */
export interface RunningMethod {
  /** Its name on the wire. */
  readonly method: string;
  /** How long it has been running, in milliseconds. */
  readonly forMs: number;
  /** Who called it, for people: a key's name, an address, or a number that tells clients apart. */
  readonly client: string;
  /** The caller's own number of the request. */
  readonly id: string;
}

/** How a server is at the moment: the reply to `STATUS`, and part of the inventory. An addition. */
export interface ServerStatus {
  /** The clock by which deadlines are stamped, in milliseconds. */
  readonly clock: number;
  /** What the methods that wait for their turn wait for; nothing where they need not wait. */
  readonly running?: RunningMethod;
  /** What is wrong with the device; left out where it serves. */
  readonly health?: DeviceHealth;
  /** The server drains: it takes only methods that are concurrent or interrupt. Left out where it does not. */
  readonly closing?: true;
}

/**
 * Reads what a server says of itself.
 *
 * @returns Nothing where it tells no clock.
 */
export function decodeServerStatus(value: Readonly<Record<string, unknown>>): ServerStatus | undefined {
  const { clock, running, closing } = value;
  if (typeof clock !== "number") return undefined;
  const method = isObject(running) ? decodeRunning(running) : undefined;
  const health = decodeDeviceHealth(value);
  return {
    clock,
    ...(method && { running: method }),
    ...(!health.serving && { health }),
    ...(closing === true && { closing }),
  };
}

function decodeRunning(value: Readonly<Record<string, unknown>>): RunningMethod | undefined {
  const { method, forMs, client, id } = value;
  if (typeof method !== "string" || typeof forMs !== "number" || typeof client !== "string") return undefined;
  return { method, forMs, client, id: typeof id === "string" ? id : "" };
}
