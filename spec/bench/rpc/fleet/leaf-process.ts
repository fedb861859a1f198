import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../peers/free-port";
import { runTasks } from "../processes/task-loop";
import { deviceName, SITE } from "./fleet-names";
import { usageOf } from "./usage";

const CONNECTED_MS = 2_000;

/** In this time a server has told the others what is subscribed, in milliseconds. */
const TOLD_MS = 5_000;

/** What a device at the broker subscribes to, with the fleet. */
const SUBJECTS = [
  ...["claim", "hello"].map((way) => `rigwire.${SITE}.NAME.up.${way}.*`),
  ...["read", "command", "gone", "claimed"].map(
    (way) => `rigwire.${SITE}.NAME.up.${way}.${"A".repeat(22)}.*`,
  ),
  "rigwire-fleet.every.name.NAME",
  `rigwire-fleet.site.${SITE}.name.NAME`,
  "$SRV.*.sensor.NAME",
];

/** How much a device of one site adds to the memory of each server, in bytes; nothing where the system does not tell. */
export interface LeafMemory {
  readonly hub: number | undefined;
  readonly ownSite: number | undefined;
  readonly otherSite: number | undefined;
}

export type LeafTasks = ReturnType<typeof tasksOf>;

/** A hub and two sites as its leaf nodes, as docs/deployment.md has them, without accounts. */
function tasksOf(servers: readonly ChildProcess[], sitePort: number) {
  const memory = () => servers.map(({ pid }) => usageOf(pid)?.memory);
  return {
    async measure({ devices }: { readonly devices: number }): Promise<LeafMemory> {
      const before = memory();
      await subscribe(sitePort, devices);
      await pause(TOLD_MS);
      const after = memory();
      const grown = (index: number) => {
        const [from, to] = [before[index], after[index]];
        return from === undefined || to === undefined ? undefined : (to - from) / devices;
      };
      return { hub: grown(0), ownSite: grown(1), otherSite: grown(2) };
    },
  };
}

async function subscribe(port: number, devices: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const lines = Array.from({ length: devices }, (_, number) =>
    SUBJECTS.map(
      (subject, index) =>
        `SUB ${subject.replace("NAME", deviceName(number))} ${number * SUBJECTS.length + index + 1}\r\n`,
    ).join(""),
  );
  await new Promise<void>((resolve) => {
    socket.on("data", (data: Buffer) => {
      const text = data.toString("latin1");
      if (text.includes("PONG\r\n")) resolve();
      if (text.includes("PING\r\n")) socket.write("PONG\r\n");
    });
    socket.write(`CONNECT {"verbose":false}\r\n${lines.join("")}PING\r\n`);
  });
}

async function open() {
  const folder = mkdtempSync(join(tmpdir(), "rigwire-leaves-"));
  const [hubPort, leafPort] = [await freePort(), await freePort()];
  const [sitePort, otherPort] = [await freePort(), await freePort()];
  const remotes = `leafnodes { remotes: [ { url: "nats-leaf://127.0.0.1:${leafPort}" } ] }`;
  const servers = [
    start(folder, hubPort, `leafnodes { listen: "127.0.0.1:${leafPort}" }`),
    start(folder, sitePort, remotes),
    start(folder, otherPort, remotes),
  ];
  await pause(CONNECTED_MS);
  return {
    info: servers.map(({ pid }) => pid),
    tasks: tasksOf(servers, sitePort),
    close() {
      for (const server of servers) server.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

function start(folder: string, port: number, config: string): ChildProcess {
  const file = join(folder, `${port}.conf`);
  writeFileSync(file, `listen: "127.0.0.1:${port}"\nserver_name: "at-${port}"\n${config}\n`);
  return spawn("nats-server", ["-c", file], { stdio: "ignore" });
}

if (require.main === module) runTasks(open);
