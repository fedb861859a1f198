import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A runtime directory of the test's own. */
export class RuntimeFolder {
  readonly path: string;
  /** Where the advertisements are. */
  readonly advertisements: string;

  constructor(within = tmpdir()) {
    this.path = mkdtempSync(join(within, "rigwire-runtime-"));
    this.advertisements = join(this.path, "LocalServiceAdvertisements");
  }

  /** Everything in the folder of a type, sorted; empty where there is no such folder. */
  names(type: string): readonly string[] {
    const folder = join(this.advertisements, type);
    return existsSync(folder) ? readdirSync(folder).sort() : [];
  }

  /** Writes a file into the folder of a type, as another program would. */
  write(type: string, name: string, content: string | Uint8Array, wroteAt = new Date()): string {
    const file = join(this.advertisements, type, name);
    mkdirSync(join(this.advertisements, type), { recursive: true });
    writeFileSync(file, content);
    utimesSync(file, wroteAt, wroteAt);
    return file;
  }

  /** Writes an advertisement as the original does. */
  advertise(changes: Readonly<Record<string, unknown>> = {}, wroteAt = new Date()): string {
    const fields = advertisementFields(changes);
    const name = `${String(fields.uuid).replaceAll("-", "")}.json`;
    return this.write("bpod", name, JSON.stringify(fields), wroteAt);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What the original writes for a service of this process, with changes. */
export function advertisementFields(
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    service_name: "Bpod 3",
    service_type: "bpod",
    address: "ipc:///tmp/foo.ipc",
    pid: process.pid,
    uuid: randomUUID(),
    properties: { serial: "123", note: null },
    ...changes,
  };
}

/** The id of a process that is gone. */
export function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

/** Everything an async iterable yields. */
export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
