import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "./free-port";
import { type Peer } from "./peer";

const START_MS = 10_000;
const STDERR_CHARS = 600;

/** A NATS server without any device: fleets bring their own. */
export const peer: Peer = {
  async serve() {
    const port = await freePort();
    let server = await startBroker(port);
    return {
      address: `nats://127.0.0.1:${port}`,
      helperPid: server.pid,
      async restart() {
        await end(server);
        server = await startBroker(port);
        return server.pid;
      },
      close: () => end(server),
    };
  },
  connect: () => Promise.reject(new Error("a broker alone answers no calls")),
};

/**
 * @throws Error if it is not installed or ends at once.
 */
async function startBroker(port: number): Promise<ChildProcess> {
  const child = spawn("nats-server", ["--addr", "127.0.0.1", "--port", String(port)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  const isReady = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("nats-server did not get ready")), START_MS);
    child.once("error", () => reject(new Error("nats-server is not installed")));
    child.once("exit", () => reject(new Error(`nats-server ended: ${log}`)));
    child.stderr.on("data", (text: Buffer) => {
      log = (log + text.toString()).slice(-STDERR_CHARS);
      if (!log.includes("Server is ready")) return;
      clearTimeout(timer);
      resolve();
    });
  });
  try {
    await isReady;
    return child;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

/** As a loss of power does. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
