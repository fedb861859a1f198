import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, JSONCodec, type NatsConnection } from "nats";
import { freePort } from "../free-port";
import { type Peer, READING, type Reading } from "../peer";
import { sameBuffer } from "../same-buffer";

const json = JSONCodec();
const START_MS = 5_000;

/** What its server takes at most where nothing else is set. */
const MAX_PAYLOAD_BYTES = 1_048_576;

/**
 * @throws Error if it is not installed or ends at once.
 */
async function startNatsServer(port: number): Promise<ChildProcess> {
  const child = spawn("nats-server", ["--addr", "127.0.0.1", "--port", String(port)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const isReady = new Promise<void>((resolve, reject) => {
    child.once("error", () => reject(new Error("nats-server is not installed")));
    child.once("exit", (code) => reject(new Error(`nats-server ended with code ${code ?? "none"}`)));
    child.stderr.on("data", (text: Buffer) => {
      if (text.includes("Server is ready")) resolve();
    });
    setTimeout(() => reject(new Error("nats-server did not get ready")), START_MS).unref();
  });
  try {
    await isReady;
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return child;
}

function answer(connection: NatsConnection): void {
  connection.subscribe("echo", {
    callback: (_error, message) => message.respond(json.encode(json.decode(message.data))),
  });
  connection.subscribe("buffer", {
    callback: (_error, message) => message.respond(sameBuffer(Number(message.string()))),
  });
  connection.subscribe("emit", {
    callback: (_error, message) => {
      const count = Number(message.string());
      for (let index = 0; index < count; index++) connection.publish("measured", json.encode(READING));
      message.respond();
    },
  });
}

export const peer: Peer = {
  async serve() {
    const port = await freePort();
    const natsServer = await startNatsServer(port);
    const address = `127.0.0.1:${port}`;
    const connection = await connect({ servers: address });
    answer(connection);
    await connection.flush();
    return {
      address,
      helperPid: natsServer.pid,
      async close() {
        await connection.close();
        natsServer.kill();
        await once(natsServer, "exit");
      },
    };
  },

  async connect(address) {
    const connection = await connect({ servers: address });
    return {
      maxBufferBytes: MAX_PAYLOAD_BYTES,
      async echo(reading: Reading) {
        const { data } = await connection.request("echo", json.encode(reading));
        return json.decode(data);
      },
      async getBuffer(bytes) {
        const { data } = await connection.request("buffer", String(bytes), { timeout: 10_000 });
        return data;
      },
      async subscribe(onEvent) {
        connection.subscribe("measured", {
          callback: (_error, message) => {
            json.decode(message.data);
            onEvent();
          },
        });
        await connection.flush();
      },
      emit: (count) => connection.request("emit", String(count), { timeout: 10_000 }),
      close: () => connection.close(),
    };
  },
};
