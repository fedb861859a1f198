import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { filter, firstValueFrom, timeout } from "rxjs";
import { Router } from "zeromq";
import { clientOf, type ClientState, DeviceUnavailableError, withOptions } from "rigwire";
import { closing } from "../support/closing";
import { connectStage, type Stage } from "./stage";
import { type Remote } from "rigwire";

describe("a peer that is no device", () => {
  it("but takes connections and says nothing is told, and left in peace at close", async () => {
    const url = await listen(createServer());
    const stage = connectStage(closing, url);

    await expect(withOptions(stage, { timeoutMs: 300 }).moveTo(1)).rejects.toThrow(
      `moveTo was not sent: the device was not reachable within 300 ms (${url})`,
    );
    expect(await problemOf(stage)).toBe("no answer");
  });

  it("but speaks HTTP is told", async () => {
    const url = await listen(createHttpServer((_, response) => response.end("hello")));
    const stage = connectStage(closing, url);

    expect(await problemOf(stage)).toMatch(/^the peer (is no device|speaks another protocol)/);
    await expect(withOptions(stage, { timeoutMs: 100 }).moveTo(1)).rejects.toThrow(DeviceUnavailableError);
  });

  it("but hangs up at once is told", async () => {
    const url = await listen(createServer((socket) => socket.destroy()));

    expect(await problemOf(connectStage(closing, url))).toBe("the peer is no device");
  });

  it("but shakes hands and never answers is told", async () => {
    const router = closing(new Router({ linger: 0 }));
    await router.bind("tcp://127.0.0.1:*");
    const stage = connectStage(closing, router.lastEndpoint!, { handshakeTimeoutMs: 100 });

    expect(await problemOf(stage)).toBe("no reply to GET_INVENTORY within 100 ms");
  });

  it.each([
    ["no JSON", ["hello"], /^the message is not JSON/],
    [
      "another protocol's JSON",
      ['{"event": "UNSUPPORTED"}'],
      /^"json_methods" of the inventory is no object/,
    ],
    ["a failure", ['{"success": false, "error": "busy"}'], /^GET_INVENTORY was refused: busy/],
    ["too many frames", ["{}", "", ""], /^a reply has one or two frames, this one has 3/],
  ])("but answers with %s is told", async (_, reply, problem) => {
    const router = closing(new Router({ linger: 0 }));
    await router.bind("tcp://127.0.0.1:*");
    void (async () => {
      for await (const [identity, id, empty] of router) await router.send([identity!, id!, empty!, ...reply]);
    })();
    const stage = connectStage(closing, router.lastEndpoint!);

    expect(await problemOf(stage)).toMatch(problem);
  });

  it("because its host has no such name is told", async () => {
    const stage = connectStage(closing, "tcp://no-such-host.invalid:9000");

    expect(await problemOf(stage)).toBe('the host name "no-such-host.invalid" is not known');
  });
});

/** Makes it connect and waits until it tells why it cannot. */
async function problemOf(stage: Remote<Stage>): Promise<string | undefined> {
  const subscription = stage.moved.subscribe();
  const told = clientOf(stage).state$.pipe(
    filter((state): state is Extract<ClientState, { kind: "connecting" }> => state.kind === "connecting"),
    filter(({ problem }) => problem !== undefined),
    timeout(5_000),
  );
  const { problem } = await firstValueFrom(told);
  subscription.unsubscribe();
  return problem;
}

/** @returns The URL at which it listens until the test ends. */
async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing({
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
