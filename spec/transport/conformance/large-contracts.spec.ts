import { clientOf, connect, type RpcServer, serve } from "../../../lib/index";
import { contractOf } from "../../../lib/contract/contract-of";
import { decodeInventory, inventoryReply } from "../../../lib/wire/inventory";
import { closing } from "../../support/closing";
import { RecordingLogger } from "../../support/recording-logger";
import { RawClient } from "../../support/raw-client";
import { LargeDevice, Step } from "./large-device";
import { removeSockets, TRANSPORTS, type Uninstall } from "./transports-under-test";

afterAll(removeSockets);

const MAX_BYTES = 64_000;

const IDENTITY = {
  name: "large",
  version: "1",
  instance: "i",
  clock: 0,
  signalPort: 1,
  maxMessageBytes: 1,
  maxTextBytes: 1,
  features: [],
};

/** All that there is to say, in one piece. */
const WHOLE = JSON.stringify(inventoryReply(contractOf(LargeDevice), IDENTITY));

/** What is said of the members of a large device arrives whole, over whatever transport. */
describe.each(TRANSPORTS)("a device of 200 members over $name", ({ freshUrl, install, ...given }) => {
  let server: RpcServer;
  let uninstall: Uninstall | undefined;

  beforeAll(async () => {
    uninstall = await install?.();
  });
  afterAll(() => uninstall?.());

  it("is described as if it were told in one piece, and used as any other", async () => {
    const logger = new RecordingLogger();
    server = closing(
      await serve(new LargeDevice(), { url: freshUrl(), closeGraceMs: 100, logger, ...given.serving }),
    );
    const remote = connect(LargeDevice, server.url, { logger, ...given.connecting });
    const client = closing(clientOf(remote));

    expect(await remote.walk(Object.assign(new Step(), { target: 3 }))).toBe(3);
    expect(await remote.axis0.get()).toBe(7);
    await remote.stop();
    const { rigwire } = await client.inventory();
    const { rigwire: whole } = decodeInventory(JSON.parse(WHOLE) as Record<string, unknown>);
    expect(rigwire?.members).toEqual(whole?.members);
    expect(rigwire?.definitions).toEqual(whole?.definitions);
  });
});

describe("A device whose inventory has more than 64 kB", () => {
  it("tells an inventory and pages that have less each, and together say all", async () => {
    expect(WHOLE.length).toBeGreaterThan(MAX_BYTES);
    const server = closing(await serve(new LargeDevice(), { name: "large", logger: new RecordingLogger() }));
    const client = closing(new RawClient(server.url));

    const [inventory] = await client.exchange('{"event":"GET_INVENTORY"}');
    const told = JSON.parse(String(inventory)) as Record<string, Record<string, unknown>>;
    const { members, definitions, features, memberPages } = told.rigwire!;
    expect([members, definitions, memberPages]).toEqual([undefined, undefined, 2]);
    expect(features).toContain("member-pages");
    const texts = [inventory!];
    const described: Record<string, unknown> = {};
    for (let page = 0; page < Number(memberPages); page++) {
      const [text] = await client.exchange(JSON.stringify({ event: "GET_MEMBERS", page }));
      texts.push(text!);
      const reply = JSON.parse(String(text)) as Record<string, Record<string, unknown>>;
      expect(reply.page).toBe(page);
      Object.assign(described, reply.members);
    }
    expect(described).toEqual((JSON.parse(WHOLE) as typeof told).rigwire!.members);
    for (const text of texts) expect(text.byteLength).toBeLessThanOrEqual(MAX_BYTES);
  });

  it("refuses pages that it does not have", async () => {
    const server = closing(await serve(new LargeDevice(), { logger: new RecordingLogger() }));
    const client = closing(new RawClient(server.url));

    expect(await client.ask({ event: "GET_MEMBERS", page: 2 })).toMatchObject({
      success: false,
      error: "there is no page 2 of what is said of the members: there are 2",
      reason: "invalid",
    });
    for (const page of [-1, 0.5, "0", null, undefined, 1e30]) {
      expect(await client.ask({ event: "GET_MEMBERS", page })).toMatchObject({
        success: false,
        error: '"GET_MEMBERS" has no whole number "page"',
      });
    }
  });
});
