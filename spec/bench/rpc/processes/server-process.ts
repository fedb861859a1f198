import { type PeerServer } from "../peers/peer";
import { loadPeer } from "../peers/peer-list";
import { residentMemory } from "./resident-memory";
import { runTasks } from "./task-loop";

export interface ServerInfo {
  readonly address: string;
  readonly helperPid: number | undefined;
}

function tasksOf(server: PeerServer) {
  return {
    memory: (_options: null) => residentMemory(),
    cpu: (_options: null) => Promise.resolve(processorMs()),
    restart: async (_options: null) => server.restart?.(),
  };
}

/** What this process has used of the processors so far, in milliseconds. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

export type ServerTasks = ReturnType<typeof tasksOf>;

if (require.main === module) {
  const [, , name = ""] = process.argv;
  runTasks(async () => {
    const server = await (await loadPeer(name)).serve();
    const info: ServerInfo = { address: server.address, helperPid: server.helperPid };
    return { info, tasks: tasksOf(server), close: () => server.close() };
  });
}
