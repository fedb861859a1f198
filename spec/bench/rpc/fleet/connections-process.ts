import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { runTasks } from "../processes/task-loop";

/** So many connect at a time: fewer than wait in a listening socket's backlog. */
const CONNECT_AT_ONCE = 50;

const AGAIN_MS = 100;

/** What an app with one device at the broker subscribes to. */
const SUBSCRIPTIONS = 16;

const VERBOSE_NOT =
  'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1}\r\n';

export interface Crowd {
  readonly connections: number;
}

export type ConnectionsTasks = ReturnType<typeof tasksAt>;

/** Connections as devices on computers of their own have them, without anything behind them. */
function tasksAt(url: string) {
  const { hostname, port } = new URL(url);
  let sockets: readonly Socket[] = [];

  /** Connects, and subscribes to what a device does; again until the server lets it. */
  const open = async (number: number): Promise<Socket> => {
    for (;;) {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => undefined);
      try {
        await once(socket, "connect", { signal: AbortSignal.timeout(10_000) });
        const subscriptions = Array.from(
          { length: SUBSCRIPTIONS },
          (_, index) =>
            `SUB rigwire.hall.sensor-${number}.up.way-${index}.AAAAAAAAAAAAAAAAAAAAAA.* ${index + 1}\r\n`,
        );
        socket.write(`${VERBOSE_NOT}${subscriptions.join("")}PING\r\n`);
        await answered(socket);
        return socket;
      } catch {
        socket.destroy();
        await pause(AGAIN_MS);
      }
    }
  };

  return {
    /** @returns How long it took until each was answered, in milliseconds. */
    async connectAll({ connections }: Crowd): Promise<number> {
      for (const socket of sockets) socket.destroy();
      const beganAt = performance.now();
      const opened: Socket[] = [];
      const waiting = Array.from({ length: connections }, (_, number) => number);
      const oneByOne = async () => {
        for (let number = waiting.pop(); number !== undefined; number = waiting.pop())
          opened.push(await open(number));
      };
      await Promise.all(Array.from({ length: CONNECT_AT_ONCE }, oneByOne));
      sockets = opened;
      return performance.now() - beganAt;
    },
  };
}

/** Answers its PINGs from then on (NATS protocol). */
function answered(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once("close", () => reject(new Error("the server closed the connection")));
    socket.on("data", (data: Buffer) => {
      const text = data.toString("latin1");
      if (text.includes("PONG\r\n")) resolve();
      if (text.includes("PING\r\n")) socket.write("PONG\r\n");
    });
  });
}

if (require.main === module) {
  const [, , url = ""] = process.argv;
  runTasks(() => Promise.resolve({ info: null, tasks: tasksAt(url), close: () => Promise.resolve() }));
}
