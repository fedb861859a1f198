import { Dealer, Router } from "zeromq";
import { AuthenticationError, generateKeys, KeyError } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { connectVault, failureOf, serveVault } from "./vault";

const ZAP_URL = "inproc://zeromq.zap.01";
const logger = new RecordingLogger();
const keys = generateKeys();

/** Free only while no endpoint with keys is open. */
function isZapFree(): boolean {
  const router = new Router({ linger: 0 });
  try {
    router.bindSync(ZAP_URL);
    return true;
  } catch {
    return false;
  } finally {
    router.close();
  }
}

describe("the decision who may connect", () => {
  it("is made while endpoints with keys are open, and leaves nothing behind", async () => {
    await eventually("nobody decides any more", isZapFree);
    const { server: first } = await serveVault({ security: { keys }, logger });
    const { server: second } = await serveVault({ security: { keys }, logger });
    expect(isZapFree()).toBe(false);
    await first.close();
    expect(isZapFree()).toBe(false);
    expect(await connectVault(second.url, { security: { keys } }).open("rig")).toBe("opened by rig");
    await second.close();
    await eventually("nobody decides any more", isZapFree);
  });

  it("is each endpoint's own", async () => {
    const other = generateKeys();
    const { server: first } = await serveVault({ security: { keys }, logger });
    const { server: second } = await serveVault({ security: { keys, allow: [other.publicKey] }, logger });
    const security = { keys: other, serverKey: keys.publicKey };
    expect(await connectVault(second.url, { security }).open("other")).toBe("opened by other");
    expect(await failureOf(connectVault(first.url, { security }).open("other"))).toBeInstanceOf(
      AuthenticationError,
    );
  });

  it("survives endpoints that come and go at the same time", async () => {
    for (let round = 0; round < 5; round++) {
      const opened = await Promise.all([1, 2, 3].map(() => serveVault({ security: { keys }, logger })));
      const [first, ...rest] = opened.map(({ server }) => server);
      const next = serveVault({ security: { keys }, logger });
      await Promise.all(rest.map((server) => server.close()));
      await first?.close();
      const { server } = await next;
      expect(await connectVault(server.url, { security: { keys } }).open("rig")).toBe("opened by rig");
      await server.close();
      await eventually("nobody decides any more", isZapFree);
    }
  });

  it("cannot be opened where another part of the process makes it: nobody is let in by accident", async () => {
    const foreign = new Router({ linger: 0 });
    foreign.bindSync(ZAP_URL);
    await expect(serveVault({ security: { keys } })).rejects.toThrow(KeyError);
    foreign.close();
    await serveVault({ security: { keys }, logger });
  });

  it("is not opened for good by an endpoint that cannot be bound", async () => {
    const { server } = await serveVault({ security: "plain" });
    await expect(serveVault({ url: server.url, security: { keys } })).rejects.toThrow(/another process has/);
    await eventually("nobody decides any more", isZapFree);
  });

  it("answers hostile questions with a refusal or not at all, and goes on", async () => {
    const { server } = await serveVault({ security: { keys }, logger });
    const dealer = closing(new Dealer({ linger: 0, receiveTimeout: 2_000 }));
    dealer.connect(ZAP_URL);
    const key = Buffer.alloc(32, 7);
    const refused = async (...frames: (string | Buffer)[]) => {
      await dealer.send(["", ...frames]);
      const [, version, id, status] = await dealer.receive();
      expect([String(version), String(status)]).toEqual(["1.0", "400"]);
      return String(id);
    };
    // A domain of nobody, and those with names that every object has.
    for (const domain of ["", "rigwire-0", "__proto__", "constructor", "x".repeat(70_000)]) {
      expect(await refused("1.0", "7", domain, "127.0.0.1", "", "CURVE", key)).toBe("7");
    }
    expect(await refused("2.0", "8", "rigwire-1", "", "", "CURVE", key)).toBe("8");
    expect(await refused("1.0", "9", "rigwire-1", "", "", "NULL")).toBe("9");
    expect(await refused("1.0", "9", "rigwire-1", "", "", "PLAIN", "user", "password")).toBe("9");
    expect(await refused("1.0", "9", "rigwire-1", "", "", "CURVE", key.subarray(1))).toBe("9");
    expect(await refused("1.0", "9", "rigwire-1", "", "", "CURVE", key, key)).toBe("9");
    expect(await refused("1.0")).toBe("");
    expect(await refused("")).toBe("");
    await dealer.send(["no delimiter", "1.0", "9"]);
    await dealer.send("one frame");
    expect(await connectVault(server.url, { security: { keys } }).open("rig")).toBe("opened by rig");
  });
});
