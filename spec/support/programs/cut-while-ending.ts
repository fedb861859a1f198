import { connect, createServer, type AddressInfo, Socket } from "node:net";
import { TcpProxy } from "../tcp-proxy";

/** Cuts a wire at the very moment at which one end of it has said that it is done, and is to end by itself. */
async function main(): Promise<void> {
  const server = createServer((socket) => socket.on("error", () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const proxy = await TcpProxy.open({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  const { port } = proxy;
  const client = connect(port, "127.0.0.1");
  await new Promise((resolve) => client.once("connect", resolve));
  const closed = new Promise((resolve) => client.on("error", () => undefined).once("close", resolve));
  const cutting = new Promise<void>((resolve) => {
    const { prototype } = Socket;
    const end = Reflect.get<Socket, "end">(prototype, "end");
    prototype.end = function (this: Socket, ...args: []) {
      const ending: Socket = Reflect.apply<Socket, [], Socket>(end, this, args);
      if (this.localPort === port) {
        proxy.cut();
        resolve();
      }
      return ending;
    };
  });
  client.end();
  await cutting;
  await closed;
  await proxy.close();
  server.close();
  process.stdout.write('"cut"\n');
}

void main();
