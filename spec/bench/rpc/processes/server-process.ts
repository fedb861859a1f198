import { loadPeer } from "../peers/peer-list";
import { residentMemory } from "./resident-memory";
import { runTasks } from "./task-loop";

export interface ServerInfo {
  readonly address: string;
  readonly helperPid: number | undefined;
}

const tasks = {
  memory: (_options: null) => residentMemory(),
  cpu: (_options: null) => Promise.resolve(processorMs()),
};

/** What this process has used of the processors so far, in milliseconds. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

export type ServerTasks = typeof tasks;

if (require.main === module) {
  const [, , name = ""] = process.argv;
  runTasks(async () => {
    const server = await (await loadPeer(name)).serve();
    const info: ServerInfo = { address: server.address, helperPid: server.helperPid };
    return { info, tasks, close: () => server.close() };
  });
}
