import { deepStrictEqual } from "node:assert/strict";
import { type Peer, type PeerClient, READING } from "../peers/peer";
import { loadPeer } from "../peers/peer-list";
import { buffersPerSecond } from "../tasks/buffers-per-second";
import { callsPerSecond } from "../tasks/calls-per-second";
import { type ClientTask } from "../tasks/client-task";
import { connectCrowd, crowdCallsPerSecond } from "../tasks/crowd";
import { cpuOfCalls } from "../tasks/cpu-of-calls";
import { eventsPerSecond } from "../tasks/events-per-second";
import { itemsPerSecond } from "../tasks/items-per-second";
import { latency } from "../tasks/latency";
import { residentMemory } from "./resident-memory";
import { runTasks } from "./task-loop";

export type ClientTasks = ReturnType<typeof tasksOf>;

/** All that a client's process can be asked to do with its peer. */
function tasksOf(peer: Peer, client: PeerClient, address: string) {
  const context = { peer, client, address };
  const bound =
    <Options, Result>(task: ClientTask<Options, Result>) =>
    (options: Options) =>
      task(context, options);
  return {
    callsPerSecond: bound(callsPerSecond),
    cpuOfCalls: bound(cpuOfCalls),
    buffersPerSecond: bound(buffersPerSecond),
    eventsPerSecond: bound(eventsPerSecond),
    itemsPerSecond: bound(itemsPerSecond),
    latency: bound(latency),
    connectCrowd: bound(connectCrowd),
    crowdCallsPerSecond: bound(crowdCallsPerSecond),
    memory: (_options: null) => residentMemory(),
  };
}

/** The first answer is checked: a peer that echoes something else is not compared. */
async function connectAndCall(name: string, address: string) {
  const peer = await loadPeer(name);
  const client = await peer.connect(address);
  deepStrictEqual({ ...((await client.echo(READING)) as object) }, READING);
  return { info: null, tasks: tasksOf(peer, client, address), close: () => client.close() };
}

if (require.main === module) {
  const [, , name = "", address = ""] = process.argv;
  runTasks(() => connectAndCall(name, address));
}
