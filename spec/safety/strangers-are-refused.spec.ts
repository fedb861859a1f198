import { firstValueFrom } from "rxjs";
import { Dealer, Subscriber } from "zeromq";
import {
  AuthenticationError,
  clientOf,
  type ClientSecurity,
  generateKeys,
  type ServerSecurity,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { connectVault, failureOf, PLACES, serveVault, twoPairs } from "./vault";

const { server: serverKeys, client: clientKeys } = twoPairs();
const secured: ServerSecurity = { keys: serverKeys, allow: [clientKeys.publicKey] };
const allowed: ClientSecurity = { keys: clientKeys, serverKey: serverKeys.publicKey };
const logger = new RecordingLogger();

const CASES: readonly {
  readonly who: string;
  readonly server: ServerSecurity | "plain";
  readonly client: ClientSecurity | "plain";
  readonly told: RegExp;
}[] = [
  {
    who: "a client without keys",
    server: secured,
    client: "plain",
    told: /the device talks only to clients with keys: give this client some/,
  },
  {
    who: "a client with a key that is not allowed",
    server: secured,
    client: { ...allowed, keys: generateKeys() },
    told: /the device does not allow this client's key: put it among its allowed keys: public \S{40} /,
  },
  {
    who: "a client that expects another server",
    server: secured,
    client: { ...allowed, serverKey: generateKeys().publicKey },
    told: /closed during the security handshake: most likely the device's public key is not the expected serverKey/,
  },
  {
    who: "a client with keys, by a device without",
    server: "plain",
    client: allowed,
    told: /the device has no keys: give it some .* or say security: "plain" here to talk openly/,
  },
];

describe.each(PLACES)("over $place", ({ url }) => {
  it("a client whose key is allowed reaches everything", async () => {
    const { vault, server } = await serveVault({ url: url(), security: secured, logger });
    const remote = connectVault(server.url, { security: allowed });
    const opened = firstValueFrom(remote.opened);
    expect(await remote.open("owner")).toBe("opened by owner");
    expect(await opened).toBe("owner");
    expect(await remote.content.get()).toBe("gold");
    expect(vault.reached).toEqual(["owner", "content"]);
  });

  it.each(CASES)("$who fails at once and reaches nothing", async ({ server: security, client, told }) => {
    const { vault, server } = await serveVault({ url: url(), security, logger });
    const remote = connectVault(server.url, { security: client });
    const error = await failureOf(remote.open("stranger"));
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error.message).toMatch(/^vault\.open was not sent: /);
    expect(error.message).toMatch(told);
    expect(error.message).toContain(server.url);
    expect(vault.reached).toEqual([]);
  });

  it("a client that is refused goes on trying, and fails with the reason each time", async () => {
    const { server } = await serveVault({ url: url(), security: secured, logger });
    const remote = connectVault(server.url, { security: "plain", timeoutMs: 300 });
    for (let attempt = 0; attempt < 4; attempt++) {
      expect(await failureOf(remote.open("stranger"))).toBeInstanceOf(AuthenticationError);
    }
    const problems: (string | undefined)[] = [];
    clientOf(remote).state$.subscribe((state) => {
      if (state.kind === "connecting") problems.push(state.problem);
    });
    await eventually("the state tells the reason", () =>
      problems.some((text) => text?.includes("keys") ?? false),
    );
  });
});

describe("raw sockets without a key", () => {
  it("get no reply", async () => {
    const { vault, server } = await serveVault({ security: secured, logger });
    const dealer = closing(new Dealer({ linger: 0 }));
    const seen: string[] = [];
    void (async () => {
      for await (const event of dealer.events) seen.push(event.type);
    })();
    dealer.connect(server.url);
    void dealer.send(["1", "", '{"event":"GET_INVENTORY"}']).catch(() => undefined);
    const reply = dealer.receive().then(
      () => "a reply",
      () => "closed",
    );
    await eventually("it was turned away", () => seen.includes("disconnect"));
    dealer.close();
    expect(await reply).toBe("closed");
    expect(vault.reached).toEqual([]);
  });

  it("get no signal", async () => {
    const { vault, server } = await serveVault({ security: secured, logger });
    const remote = connectVault(server.url, { security: allowed });
    const { rigwire } = await clientOf(remote).inventory();
    const subscriber = closing(new Subscriber({ linger: 0 }));
    subscriber.subscribe("");
    const seen: string[] = [];
    void (async () => {
      for await (const event of subscriber.events) seen.push(event.type);
    })();
    subscriber.connect(`tcp://127.0.0.1:${rigwire?.signalPort}`);
    const signal = subscriber.receive().then(
      () => "a signal",
      () => "closed",
    );
    await eventually("it was turned away", () => seen.includes("disconnect"));
    const received = firstValueFrom(remote.opened);
    await remote.open("owner");
    await received;
    subscriber.close();
    expect(await signal).toBe("closed");
    expect(vault.reached).toEqual(["owner"]);
  });
});

describe("a server", () => {
  it("tells in its log whom it refused, once", async () => {
    const log = new RecordingLogger();
    const { server } = await serveVault({ security: secured, logger: log });
    const stranger = generateKeys();
    const remote = connectVault(server.url, { security: { ...allowed, keys: stranger } });
    await failureOf(remote.open("stranger"));
    await failureOf(remote.open("stranger"), 5_000);
    expect(log.lines).toEqual([
      `warn: a client at 127.0.0.1 was refused: its key is not allowed: ${stranger.publicKey}`,
    ]);
  });

  it("within its process serves also clients of other keys: ZeroMQ has no security there", async () => {
    const { server } = await serveVault({ url: "inproc://vault", security: secured, logger });
    expect(await connectVault(server.url, { security: "plain" }).open("neighbour")).toBe(
      "opened by neighbour",
    );
    expect(await connectVault(server.url, { security: allowed }).open("owner")).toBe("opened by owner");
  });
});
