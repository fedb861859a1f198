import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, cpus, release, totalmem, type } from "node:os";
import { join } from "node:path";
import { PEERS } from "../peers/peer-list";
import { BENCH_FOLDER, ROOT } from "../places";

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGB: number;
  readonly system: string;
  readonly node: string;
  /** Package or program → version, as far as they are installed. */
  readonly versions: Readonly<Record<string, string>>;
}

export function machine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()} ${arch()}`,
    node: process.version,
    versions: versions(),
  };
}

function versions(): Record<string, string> {
  const packages = new Set(PEERS.flatMap((peer) => peer.packages));
  const found = [...packages].flatMap((name) => {
    const version = versionOf(name);
    return version === undefined ? [] : [[name, version] as const];
  });
  return { rigwire: versionIn(ROOT) ?? "unknown", ...Object.fromEntries(found), ...natsServer() };
}

/** It is no package, but what a peer's figures depend on. */
function natsServer(): Record<string, string> {
  const { error, stdout } = spawnSync("nats-server", ["--version"], { encoding: "utf8" });
  const version = error === undefined ? /v([\d.]+)/.exec(stdout)?.[1] : undefined;
  return version === undefined ? {} : { "nats-server": version };
}

/** Looks where Node looks: beside the benchmark first, then in the package itself. */
function versionOf(name: string): string | undefined {
  const folders = createRequire(join(BENCH_FOLDER, "package.json")).resolve.paths(name) ?? [];
  for (const folder of folders) {
    const version = versionIn(join(folder, name));
    if (version !== undefined) return version;
  }
  return undefined;
}

function versionIn(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      version?: string;
    };
    return version;
  } catch {
    return undefined;
  }
}

export function machineText({ processor, cores, memoryGB, system, node, versions }: Machine): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${processor}, ${cores} cores, ${memoryGB} GB; ${system}; Node ${node}; ${packages.join(", ")}.`;
}
