import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CallContext,
  type ClientIdentity,
  clientOf,
  connect,
  generateKeys,
  JsonMethod,
  type Remote,
  RpcProperty,
  RpcService,
  serve,
  type ServeOptions,
} from "../../lib/index";
import { DeviceGateway } from "../../lib/gateway/device-gateway";
import { DeviceList } from "../../lib/discovery/device-list";
import { addToken } from "../../lib/security/token-file";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";
import { rawClient, rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway } from "./open-gateway";
import { RawBrowser } from "./raw-browser";

/** Remembers who asked for what. */
@RpcService({ type: "ledger" })
class Ledger {
  readonly asked: (readonly [what: string, client: ClientIdentity])[] = [];
  readonly ended: string[] = [];
  private kept = 0;

  @RpcProperty() get level(): number {
    this.note("get level");
    return this.kept;
  }

  set level(value: number) {
    this.note("set level");
    this.kept = value;
  }

  @JsonMethod() visit(): string {
    return this.note("visit").id;
  }

  /** Runs until it is told to end. */
  @JsonMethod({ concurrent: true, timeout: 60_000 })
  async stay(): Promise<void> {
    const { signal } = CallContext.current();
    const { told } = this.note("stay");
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    this.ended.push(`${told?.name ?? "nobody"}: ${(signal.reason as Error).message}`);
  }

  @JsonMethod() fail(): void {
    throw new Error("no ink");
  }

  private note(what: string): ClientIdentity {
    const { client } = CallContext.current();
    this.asked.push([what, client]);
    return client;
  }
}

let folder: string;
let ledger: Ledger;
let logger: RecordingLogger;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rigwire-callers-"));
  ledger = new Ledger();
  logger = new RecordingLogger();
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function served(options: ServeOptions = {}): Promise<string> {
  const server = await serve(ledger, { url: "tcp://127.0.0.1", name: "ledger", logger, ...options });
  return closing(server).url;
}

/** A gateway in front of it, and who comes there with a token of that name. */
async function gatewayWithTokens(url: string) {
  const tokens = join(folder, "tokens");
  // The file has to be there when the gateway begins.
  addToken(tokens, "somebody");
  const { at } = await openGateway([{ name: "ledger", type: "ledger", url }], { login: "link", tokens });
  return (name: string): Remote<Ledger> => {
    const remote = connect(Ledger, at("ledger"), { token: addToken(tokens, name), logger });
    closing(clientOf(remote));
    return remote;
  };
}

describe("a device behind a gateway", () => {
  it("knows each client of it, by the gateway's word, as a client of the gateway", async () => {
    const come = await gatewayWithTokens(await served());
    const [ann, ben] = [come("ann"), come("ben")];
    await ann.visit();
    await ben.level.set(3);
    await ben.level.get();
    expect(ledger.asked.map(([what]) => what)).toEqual(["visit", "set level", "get level"]);
    const [one, other, again] = ledger.asked.map(([, client]) => client);
    expect([one?.told?.name, other?.told?.name]).toEqual(["ann", "ben"]);
    expect(one?.told?.address).toMatch(/127\.0\.0\.1$/);
    expect(one?.key).toBeUndefined();
    expect(one?.via?.id).toBe(other?.via?.id);
    expect(one?.id).toBe(`${one?.via?.id ?? ""}/${one?.told?.id ?? ""}`);
    expect(other?.id).not.toBe(one?.id);
    expect(again?.id).toBe(other?.id);
  });

  it("gives it the rights of the gateway's key, and no name that could be a key's", async () => {
    const [deviceKeys, gatewayKeys] = [generateKeys(), generateKeys()];
    const url = await served({
      security: { keys: deviceKeys, allow: [gatewayKeys.publicKey] },
    });
    const tokens = join(folder, "tokens");
    const token = addToken(tokens, "admin");
    const gateway = closing(
      await DeviceGateway.open(
        new DeviceList([{ name: "ledger", type: "ledger", url }]),
        { url: "http://127.0.0.1:0", tokens, page: "/nonexistent", logger },
        () => ({ security: { keys: gatewayKeys, serverKey: deviceKeys.publicKey } }),
      ),
    );
    const at = `${gateway.url.replace(/^http/, "ws")}/devices/ledger`;
    const remote = connect(Ledger, at, { token, logger });
    closing(clientOf(remote));
    await remote.visit();
    await expect(remote.fail()).rejects.toThrow("no ink");
    const [[, client]] = ledger.asked as [[string, ClientIdentity]];
    expect([client.key, client.via?.key, client.told?.name]).toEqual([
      gatewayKeys.publicKey,
      gatewayKeys.publicKey,
      "admin",
    ]);
    expect(logger.lines.join("\n")).toMatch(/Ledger\.fail failed .*, called by "admin, .*127\.0\.0\.1" via /);
  });

  it("hears of one that is gone, and goes on for the others", async () => {
    const come = await gatewayWithTokens(await served());
    const [ann, ben] = [come("ann"), come("ben")];
    const runs = [ann.stay(), ben.stay()].map((run) => run.catch(() => undefined));
    await eventually("both run", () => ledger.asked.length === 2);
    await clientOf(ann).close();
    await eventually("one was told", () => ledger.ended.length === 1);
    expect(await ben.visit()).toContain("/");
    expect(ledger.ended).toEqual([expect.stringContaining("ann: its caller is gone")]);
    await clientOf(ben).close();
    await Promise.all(runs);
  });

  it("does not take a browser's own word", async () => {
    const url = await served();
    const { at } = await openGateway([{ name: "ledger", type: "ledger", url }]);
    const browser = await RawBrowser.open(at("ledger"));
    await browser.ask(1, '{"event":"GET_INVENTORY"}');
    const claim = '"onBehalfOf":{"id":"other","name":"admin"}';
    const escaped = claim.replace("onBehalfOf", "on\\u0042ehalfOf");
    const plain = await browser.ask(2, `{"event":"METHOD_CALL","method":"visit",${claim}}  `);
    expect(plain).toMatchObject({ success: true });
    await browser.ask(3, `{${escaped},"event":"METHOD_CALL","method":"visit",${claim},${escaped}}`);
    const names = ledger.asked.map(([, { told }]) => told?.name);
    expect(names).toEqual(["console", "console"]);
  });
});

describe("a client that says for whom it asks", () => {
  const visit = (onBehalfOf: unknown) => ({ event: "METHOD_CALL", method: "visit", onBehalfOf });

  it("speaks for nobody but those below itself, and gets no right by it", async () => {
    const client = rawClient(await served());
    const own = (await client.ask(visit(undefined))).result as string;
    const { result } = await client.ask(visit({ id: "x/y", name: "admin", address: "10.0.0.1" }));
    expect(result).toBe(`${own}/x/y`);
    const [[, alone], [, claimed]] = ledger.asked as [[string, ClientIdentity], [string, ClientIdentity]];
    expect(claimed).toMatchObject({ key: alone.key, address: alone.address, via: { id: own } });
  });

  it("is refused with what cannot be read, and nothing is carried out in its own name", async () => {
    const client = rawClient(await served());
    for (const claim of [
      "admin",
      null,
      [],
      {},
      { id: 5 },
      { id: "" },
      { id: "a b" },
      { id: "x".repeat(65) },
      { id: "x", name: "n".repeat(65) },
      { id: "x", name: "two\nlines" },
      { id: "x", name: "\u202enimda" },
      { id: "x", address: "\u001b[2J" },
    ]) {
      const reply = await client.ask(visit(claim));
      expect([claim, reply.success, reply.error]).toEqual([
        claim,
        false,
        expect.stringContaining('"onBehalfOf"'),
      ]);
    }
    expect(ledger.asked).toEqual([]);
  });

  it("has the limits of one client for all of them", async () => {
    const url = await served({ maxCallsPerClient: 2 });
    const dealer = rawDealer(url);
    for (const id of ["1", "2", "3"]) {
      await dealer.request(id, { event: "METHOD_CALL", method: "stay", onBehalfOf: { id } });
    }
    const [refused] = await dealer.replies(1);
    expect(refused).toMatchObject({ id: "3", reply: { reason: "busy" } });
    // What it asked for others, it may cancel, and its end is theirs.
    await dealer.request("9", { event: "CANCEL", id: "1" });
    await eventually("one was told", () => ledger.ended.length === 1);
  });
});

it("an original is told nothing of it", async () => {
  const requests: Readonly<Record<string, unknown>>[] = [];
  const original = await OriginalLookalike.open({
    methods: { visit: "seen" },
    answer: (request) => {
      requests.push(request);
      return undefined;
    },
  });
  const { at } = await openGateway([{ name: "old", type: "original", url: original.url }]);
  const browser = await RawBrowser.open(at("old"));
  await browser.ask(1, '{"event":"GET_INVENTORY"}');
  expect(await browser.ask(2, '{"event":"METHOD_CALL","method":"visit"}')).toMatchObject({ result: "seen" });
  const calls = requests.filter(({ event }) => event === "METHOD_CALL");
  expect(calls).toEqual([{ event: "METHOD_CALL", method: "visit" }]);
});
