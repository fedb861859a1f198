import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { hasEnded, isThere, processEntry } from "../platform/process-liveness";
import { hasCode } from "../system-error";
import { pause } from "../time/pause";
import { decodeJson } from "../wire/json";
import { isObject } from "../wire/message";

const OWNER_ONLY = 0o600;

/** Between the moment a lock has its file and the one in which that says whose it is. */
const WRITTEN_WITHIN_MS = 200;

/** Others that take the lock at the same time are looked at again so often. */
const ATTEMPTS = 5;

/** Who has a lock. */
interface Holder {
  readonly pid: number;
  /** When the process started, so that a later one with its id is not taken for it; empty where the system does not tell. */
  readonly started: string;
  readonly host: string;
  readonly id: string;
}

/** The locks that this process has: its own id may also be that of the process before, as in a container. */
const held = new Set<string>();

/** Another process, or another server of this one, has the file. */
export class SettingsHeldError extends Error {
  constructor(readonly pid: number) {
    super(`process ${pid} keeps them${pid === process.pid ? ", this one" : ""}`);
  }
}

/** A server of another computer took the lock: there, nobody can know that this process is still here. */
export class SettingsTakenError extends Error {}

/**
 * Sees to it that one server alone writes a file. A lock whose process is gone counts for nothing. Of a process of another
 * computer nothing is known: its lock is taken over, and it stops writing when it notices.
 */
export class SettingsLock {
  private readonly id = randomUUID();
  private wasTaken = false;

  /**
   * @param onTakenOver - Hears of the lock of another computer's process that was taken over.
   */
  constructor(
    private readonly path: string,
    private readonly onTakenOver: (pid: number, host: string) => void,
  ) {}

  /**
   * Takes the lock; idempotent.
   *
   * @throws SettingsHeldError if somebody has it; SettingsTakenError if a server of another computer took it over; the
   *   system's error if its file cannot be written.
   */
  async take(): Promise<void> {
    if (await this.isOurs()) return;
    const other = this.wasTaken ? await holderOf(this.path) : undefined;
    // To take it back would let two servers write over each other's values for ever.
    if (other !== undefined && isElsewhere(other)) {
      throw new SettingsTakenError(`process ${other.pid} on ${other.host} took them over`);
    }
    await this.takeAnew();
    this.wasTaken = true;
  }

  private async takeAnew(): Promise<void> {
    let takenOver: Holder | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await this.written()) {
        // Whoever found the same dead lock may have removed ours for it.
        if (!(await this.isOurs())) continue;
        if (takenOver !== undefined) this.onTakenOver(takenOver.pid, takenOver.host);
        return;
      }
      const holder = await holderOf(this.path);
      if (holder !== undefined && (await isHeld(holder))) throw new SettingsHeldError(holder.pid);
      takenOver = holder !== undefined && isElsewhere(holder) ? holder : undefined;
      await rm(this.path, { force: true });
    }
    throw new SettingsHeldError((await holderOf(this.path))?.pid ?? 0);
  }

  /** Gives the lock back; what is not ours any more stays. Never fails. */
  async release(): Promise<void> {
    try {
      if (await this.isOurs()) await rm(this.path, { force: true });
    } catch {
      // A lock that stays counts for nothing once the process has ended.
    }
    held.delete(this.id);
  }

  private async written(): Promise<boolean> {
    const holder: Holder = {
      pid: process.pid,
      started: await startOf(process.pid),
      host: hostname(),
      id: this.id,
    };
    try {
      held.add(this.id);
      await writeFile(this.path, JSON.stringify(holder), { flag: "wx", mode: OWNER_ONLY });
      return true;
    } catch (error) {
      held.delete(this.id);
      if (hasCode(error, "EEXIST")) return false;
      // On a full disk there is room for its name alone.
      await rm(this.path, { force: true }).catch(() => undefined);
      throw error;
    }
  }

  private async isOurs(): Promise<boolean> {
    return held.has(this.id) && (await holderOf(this.path))?.id === this.id;
  }
}

/** Nothing where there is no lock, or its file says nothing although there was time to write it. */
async function holderOf(path: string): Promise<Holder | undefined> {
  const holder = await readHolder(path);
  if (holder !== "unwritten") return holder;
  await pause(WRITTEN_WITHIN_MS);
  const later = await readHolder(path);
  return later === "unwritten" ? undefined : later;
}

async function readHolder(path: string): Promise<Holder | "unwritten" | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  try {
    const holder = decodeJson(text);
    return isHolder(holder) ? holder : "unwritten";
  } catch {
    return "unwritten";
  }
}

function isHolder(value: unknown): value is Holder {
  return (
    isObject(value) &&
    Number.isSafeInteger(value.pid) &&
    Number(value.pid) > 0 &&
    [value.started, value.host, value.id].every((text) => typeof text === "string")
  );
}

function isElsewhere({ host }: Holder): boolean {
  return host !== hostname();
}

async function isHeld(holder: Holder): Promise<boolean> {
  const { pid, started, id } = holder;
  if (isElsewhere(holder)) return false;
  if (pid === process.pid) return held.has(id);
  if (!isThere(pid)) return false;
  return started === "" || started === (await startOf(pid));
}

/** Another text for each process that ever has an id; empty where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const entry = await processEntry(pid);
  if (entry === undefined) return "";
  if (hasEnded(entry)) return "ended";
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return `${boot.trim()} ${entry.startedMs}`;
}
