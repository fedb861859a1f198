import { Server } from "node:net";
import os from "node:os";
import { type Context, ServiceBroker } from "moleculer";
import { freePort } from "../free-port";
import { type Peer, type Reading } from "../peer";

const HOST = "127.0.0.1";
const SERVER = "server";
const WAIT_MS = 10_000;

/** Moleculer has no option to listen on this computer only, nor to tell others an address other than its host's name. */
function stayOnThisComputer(): void {
  os.hostname = () => HOST;
  const listen = Reflect.get(Server.prototype, "listen") as (
    this: Server,
    options: object,
    ready: () => void,
  ) => Server;
  Object.assign(Server.prototype, {
    listen(this: Server, options: object, ready: () => void): Server {
      return listen.call(this, { ...options, host: HOST }, ready);
    },
  });
}

function brokerOf(nodeID: string, port: number, urls: string): ServiceBroker {
  return new ServiceBroker({
    nodeID,
    logger: false,
    transporter: { type: "TCP", options: { udpDiscovery: false, port, urls, gossipPeriod: 1 } },
  });
}

export const peer: Peer = {
  async serve() {
    const port = await freePort();
    stayOnThisComputer();
    const broker = brokerOf(SERVER, port, "");
    broker.createService({
      name: "device",
      actions: { echo: ({ params }: Context<{ reading: Reading }>) => params.reading },
    });
    await broker.start();
    return { address: String(port), close: () => broker.stop() };
  },

  async connect(address) {
    const port = await freePort();
    stayOnThisComputer();
    const broker = brokerOf(`client-${process.pid}`, port, `${HOST}:${address}/${SERVER}`);
    await broker.start();
    await broker.waitForServices("device", WAIT_MS, 10);
    return {
      echo: (reading) => broker.call("device.echo", { reading }),
      close: () => broker.stop(),
    };
  },
};
