import "reflect-metadata";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { connect, generateKeys, serve } from "../../../lib/index";
import { Motor } from "../motor";

// A worker thread serves a motor and calls it, or calls that of the main thread, and then ends as it is told. The main
// thread prints with what code the thread ended, and then that its own device still moves.

interface Task {
  readonly role: string;
  /** Where the thread serves, or where the main thread does. */
  readonly url: string;
  readonly hasKeys: boolean;
  readonly end: string;
}

async function main(): Promise<void> {
  const [, , role = "", url = "", keys = "", end = ""] = process.argv;
  const server = await serve(new Motor());
  const task: Task = { role, url: role === "client" ? server.url : url, hasKeys: keys === "keys", end };
  const thread = new Worker(__filename, { workerData: task });
  thread.on("error", () => undefined);
  thread.on("message", () => {
    if (end === "terminate") void thread.terminate();
  });
  tell(await new Promise<number>((resolve) => thread.once("exit", resolve)));
  tell(await connect(Motor, server.url).moveTo(1));
  process.exit(0);
}

async function inThread({ role, url, hasKeys, end }: Task): Promise<void> {
  const security = hasKeys ? { security: { keys: generateKeys() } } : {};
  const served = role === "server" ? (await serve(new Motor(), { url, ...security })).url : url;
  const motor = connect(Motor, served, security);
  motor.stepped.subscribe(() => undefined);
  await motor.moveTo(1);
  parentPort?.postMessage("ready");
  if (end === "exit") process.exit(3);
  if (end === "throw") setImmediate(fail);
}

function fail(): never {
  throw new Error("the thread's own");
}

function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}

void (isMainThread ? main() : inThread(workerData as Task));
