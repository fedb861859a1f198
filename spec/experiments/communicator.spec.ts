import { once } from "node:events";
import { createServer } from "node:net";
import { firstValueFrom, take, toArray } from "rxjs";
import { ConnectionLostError, DeviceUnavailableError, ValidationError } from "../../lib/errors";
import { Communicator } from "../../lib/experiments/communicator";
import { ExperimentEvent } from "../../lib/experiments/experiment-event";
import { ExperimentStatus } from "../../lib/experiments/experiment-status";
import {
  CommunicatorClosedError,
  EchoMismatchError,
  EchoTimeoutError,
  EventTimeoutError,
  MessageTooLargeError,
  RigUriError,
} from "../../lib/experiments/rig-errors";
import { BareSocket, closeAll, closing, openMain, openPair, openRig, silent } from "./rigs-on-loopback";

const SUBJECT = "2022-01-01_1_subject";

afterEach(closeAll);

describe.each(["udp", "tcp", "ws", "wss"])("a main rig and another over %s", (scheme) => {
  it("exchange every kind of message", async () => {
    const { rig, main } = await openPair(scheme);
    const received = firstValueFrom(rig.events$.pipe(take(9), toArray()));
    await main.init({ a: 1 });
    await main.start(SUBJECT, { b: [NaN, 2n ** 64n] });
    await main.start({ date: "2022-01-01", sequence: 2, subject: "x" });
    await main.status("running");
    await main.info(ExperimentStatus.STOPPED, { temp: 21.5, name: "é" });
    await main.stop({ frames: 100 });
    await main.stop(null, { immediately: true });
    await main.cleanup();
    await main.alyx({ url: "https://alyx.example.org", token: { bob: { token: "abc" } } });
    expect((await received).map(({ event, body }) => [event, ...body])).toEqual([
      [1, { a: 1 }],
      [2, SUBJECT, { b: [NaN, 2n ** 64n] }],
      [2, "2022-01-01_2_x", null],
      [32, 20],
      [64, 30, { temp: 21.5, name: "é" }],
      [4, { frames: 100 }],
      [16, null],
      [8, null],
      [128, "https://alyx.example.org", { bob: { token: "abc" } }],
    ]);
  });

  it("answer each other", async () => {
    const { rig, main } = await openPair(scheme);
    rig.respond(ExperimentEvent.ANY, (message) =>
      message.event === ExperimentEvent.START ? { file: `${String(message.reference)}.avi` } : undefined,
    );
    const answer = await main.request({ event: ExperimentEvent.START, body: [SUBJECT, null] });
    expect(answer.body).toEqual([SUBJECT, { file: `${SUBJECT}.avi` }]);
    expect(answer.data).toEqual({ file: `${SUBJECT}.avi` });
    expect(answer.reference?.subject).toBe("subject");
  });

  it("ask for a token and get it", async () => {
    const { rig, main } = await openPair(scheme);
    const token = { url: "https://alyx.example.org", token: { bob: "abc" } };
    rig.respond("alyx", () => token);
    await expect(main.alyx()).resolves.toEqual(token);
  });

  it("wait for events, one or several", async () => {
    const { rig, main } = await openPair(scheme);
    const ended = rig.onEvent(ExperimentEvent.END | ExperimentEvent.INTERRUPT);
    await main.init();
    await main.stop(null, { immediately: true });
    expect(await ended).toMatchObject({ event: ExperimentEvent.INTERRUPT, name: "EXPINTERRUPT", data: null });
  });

  it("tell what failed in a callback", async () => {
    const { rig, main } = await openPair(scheme);
    rig.assign("expend", () => {
      throw new RangeError("disk full");
    });
    const failure = firstValueFrom(main.errors$);
    await main.stop();
    expect(await failure).toMatchObject({
      remoteMessage: "RangeError: disk full",
      event: ExperimentEvent.END,
    });
    await expect(main.request({ event: ExperimentEvent.END, body: [null] })).rejects.toThrow(
      /EXPEND failed at .*: RangeError: disk full/,
    );
  });

  it("have many different messages under way at once", async () => {
    const { rig, main } = await openPair(scheme, { messageGapMs: 0 });
    const received = firstValueFrom(rig.events$.pipe(take(50), toArray()));
    await Promise.all(Array.from({ length: 50 }, (_, n) => main.init(n)));
    const data = (await received).map((message) => Number(message.data));
    expect(data.sort((one, other) => one - other)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it("lose nothing when messages cross, even of the same content", async () => {
    const { rig, main } = await openPair(scheme);
    const hello = rig.onEvent("expinit");
    await main.init();
    const { sender } = await hello;
    const atMain = firstValueFrom(main.on("expcleanup").pipe(take(20), toArray()));
    const atRig = firstValueFrom(rig.on("expcleanup").pipe(take(20), toArray()));
    const rounds = Array.from({ length: 20 });
    await Promise.all(rounds.flatMap(() => [main.cleanup(), rig.cleanup(null, { to: sender })]));
    expect(await atMain).toHaveLength(20);
    expect(await atRig).toHaveLength(20);
  });

  it("reject what waits when closed, and close twice", async () => {
    const { rig, main } = await openPair(scheme);
    const event = rig.onEvent("expstart");
    const answer = main.request({ event: ExperimentEvent.INIT, body: [null] });
    await rig.onEvent("expinit");
    const closed = Promise.all([rig.close(), main.close()]);
    await expect(event).rejects.toThrow("rig is closed: EXPSTART had not come");
    await expect(answer).rejects.toThrow(CommunicatorClosedError);
    await closed;
    await main.close();
    expect(main.isConnected).toBe(false);
    await expect(main.init()).rejects.toThrow("main is closed: EXPINIT was not sent");
    await expect(main.onEvent("expinit")).rejects.toThrow(CommunicatorClosedError);
  });
});

describe("a communicator", () => {
  it("gives up when nobody confirms, says so and stays open", async () => {
    const deaf = await BareSocket.open();
    const main = await openMain(deaf.uri, { echoTimeoutMs: 200 });
    const sent = main.start(SUBJECT);
    await expect(sent).rejects.toThrow(`main: 127.0.0.1:${deaf.port} did not confirm EXPSTART within 200 ms`);
    await expect(sent).rejects.toThrow(EchoTimeoutError);
    expect(main.isConnected).toBe(true);
    deaf.onMessage = (message, from) => deaf.send(message, from);
    await main.stop();
  });

  it("closes when nobody confirms, if it is told to", async () => {
    const deaf = await BareSocket.open();
    const main = await openMain(deaf.uri, { echoTimeoutMs: 200, closeOnTimeout: true });
    await expect(main.init()).rejects.toThrow(EchoTimeoutError);
    expect(main.isConnected).toBe(false);
  });

  it("says so where nobody listens", async () => {
    const gone = await BareSocket.open();
    const { uri } = gone;
    await closeAll();
    const main = await openMain(uri, { echoTimeoutMs: 100 });
    await expect(main.init()).rejects.toThrow(
      /did not confirm EXPINIT within 100 ms \(nobody listens on that port\)/,
    );
    await expect(openMain(uri.replace("udp", "tcp"))).rejects.toThrow(DeviceUnavailableError);
  });

  it("refuses a datagram over the limit with its size, and sends nothing", async () => {
    const { rig, main } = await openPair("udp");
    const sent = main.init("x".repeat(65_500));
    await expect(sent).rejects.toThrow(/EXPINIT takes 655\d\d bytes, and at most 65507 can be sent/);
    await expect(sent).rejects.toThrow(MessageTooLargeError);
    const next = rig.onEvent("expinit");
    await main.init("x".repeat(65_400));
    expect((await next).data).toHaveLength(65_400);
  });

  it("carries 65,535 bytes over TCP and no more", async () => {
    const { main } = await openPair("tcp");
    const room = 65_535 - 48 - '[1,""]'.length;
    await main.init("x".repeat(room));
    await expect(main.init("x".repeat(room + 1))).rejects.toThrow(/takes 65536 bytes, and at most 65535/);
  });

  it("must be told to whom as a server, and accepts no other as a client", async () => {
    const { rig, main } = await openPair("udp");
    await expect(rig.init()).rejects.toThrow(/say to whom/);
    await expect(main.init(null, { to: { host: "127.0.0.2", port: 1 } })).rejects.toThrow(ValidationError);
  });

  it("ignores in the client role whoever it does not speak to", async () => {
    const { rig, main } = await openPair("udp");
    const stranger = await BareSocket.open();
    const received: unknown[] = [];
    main.events$.subscribe((message) => received.push(message.data));
    stranger.send('[1, "stranger"]', main.localAddress);
    const hello = rig.onEvent("expinit");
    await main.init();
    await rig.init("friend", { to: (await hello).sender });
    expect(received).toEqual(["friend"]);
    expect(stranger.received).toEqual([]);
  });

  it("waits for an event no longer than it is told", async () => {
    const { rig } = await openPair("udp");
    await expect(rig.onEvent("expinit", { timeoutMs: 20 })).rejects.toThrow(
      "rig: EXPINIT did not come within 20 ms",
    );
    await expect(rig.onEvent("expinit", { timeoutMs: 20 })).rejects.toThrow(EventTimeoutError);
    await expect(rig.onEvent("expinit", { timeoutMs: 0 })).rejects.toThrow(ValidationError);
  });

  it("stops calling a callback that is cleared", async () => {
    const { rig, main } = await openPair("udp");
    const calls: string[] = [];
    const callback = ({ name }: { name: string }) => calls.push(name);
    rig.assign(["expinit", "expend"], callback);
    rig.assign("expinit", () => calls.push("other"));
    await main.init();
    expect(rig.clear("expinit", callback)).toBe(1);
    await main.init();
    await main.stop();
    expect(rig.clear(ExperimentEvent.ANY)).toBe(2);
    await main.stop();
    expect(calls).toEqual(["EXPINIT", "other", "other", "EXPEND"]);
  });

  it("lets code that awaited one message listen for the next, however they arrive", async () => {
    const { rig, main } = await openPair("tcp", { messageGapMs: 0 });
    const both = (async () => [await rig.onEvent("expinit"), await rig.onEvent("expstart")])();
    await Promise.all([main.init(), main.start(SUBJECT)]);
    expect((await both).map(({ name }) => name)).toEqual(["EXPINIT", "EXPSTART"]);
  });

  it("tells a broken connection from silence", async () => {
    const server = closing(createServer((socket) => socket.once("data", () => socket.destroy())));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const main = await openMain(`tcp://127.0.0.1:${port ?? 0}`);
    const sent = main.init();
    await expect(sent).rejects.toThrow(ConnectionLostError);
    await expect(sent).rejects.toThrow(/the connection to .* ended .* before EXPINIT was confirmed/);
    expect(main.isConnected).toBe(false);
  });

  it("takes an echo with other bytes for an error", async () => {
    const peer = await BareSocket.open();
    peer.onMessage = (message, from) => peer.send(message.toString().replace("1", "2"), from);
    const main = await openMain(peer.uri);
    await expect(main.init(1)).rejects.toThrow(EchoMismatchError);
  });

  it("says what is wrong with its URI or address", async () => {
    await expect(Communicator.client("udp://10.0.0.1:0")).rejects.toThrow(RigUriError);
    const { uri } = await openRig("tcp");
    await expect(Communicator.server(uri, { logger: silent })).rejects.toThrow(
      /cannot listen on tcp:.*EADDRINUSE/,
    );
  });
});
