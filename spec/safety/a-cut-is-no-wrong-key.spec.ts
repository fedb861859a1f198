import { connect as connectTo, createServer, type AddressInfo, type Socket } from "node:net";
import { once } from "node:events";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { connectVault, failureOf, serveVault, twoPairs } from "./vault";

/** What a client sends before its key counts (ZMTP 3.1, ZeroMQ RFC 37: the greeting). */
const GREETING_BYTES = 64;

/** A wire on which the first so many connections are cut in the midst of the handshake. */
async function wireTo(
  serverUrl: string,
  cuts: number,
): Promise<{ readonly url: string; readonly cut: number[] }> {
  const { port, hostname: host } = new URL(serverUrl);
  const cut: number[] = [];
  const sockets = new Set<Socket>();
  const wire = createServer((near) => {
    const far = connectTo(Number(port), host);
    let sent = 0;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => [near, far].forEach((end) => end.destroy()));
    }
    near.on("data", (bytes) => {
      sent += bytes.length;
      if (sent > GREETING_BYTES && cut.length < cuts) {
        cut.push(sent);
        near.destroy();
      } else far.write(bytes);
    });
    far.pipe(near);
  }).listen(0, "127.0.0.1");
  await once(wire, "listening");
  closing({
    close: () => {
      sockets.forEach((socket) => socket.destroy());
      wire.close();
    },
  });
  return { url: `tcp://127.0.0.1:${(wire.address() as AddressInfo).port}`, cut };
}

describe("a client with keys whose wire is cut during the handshake", () => {
  it("is not told that the keys are wrong, and makes the call when the wire is whole", async () => {
    const { server: keys, client } = twoPairs();
    const security = { keys, allow: [client.publicKey] };
    const { server } = await serveVault({ security, logger: new RecordingLogger() });
    const { url, cut } = await wireTo(server.url, 1);
    const remote = connectVault(url, { security: { keys: client, serverKey: keys.publicKey } });

    expect(await remote.open("owner")).toBe("opened by owner");
    expect(cut).toHaveLength(1);
  });

  it("is told so where it happens each time", async () => {
    const { server: keys, client } = twoPairs();
    const security = { keys, allow: [client.publicKey] };
    const { server } = await serveVault({ security, logger: new RecordingLogger() });
    const { url } = await wireTo(server.url, Infinity);
    const remote = connectVault(url, { security: { keys: client, serverKey: keys.publicKey } });

    expect((await failureOf(remote.open("owner"))).message).toContain(
      "most likely the device's public key is not the expected serverKey",
    );
  });
});
