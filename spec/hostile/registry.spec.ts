import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "../support/seeded-fast-check";
import { Dealer, Subscriber } from "zeromq";
import { MalformedMessageError } from "../../lib/errors";
import { decodeDeviceChange } from "../../lib/registry/device-change";
import { RegisteredDevices } from "../../lib/registry/registered-devices";
import { decodeRegistryReply } from "../../lib/registry/registry-reply";
import { decodeRegistryRequest } from "../../lib/registry/registry-request";
import { openTestEndpoint } from "../support/test-endpoint";
import { clientOf, next, openRegistry } from "../registry/loopback-registry";
import { RawRequest } from "../registry/raw-request";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";

/** How many inputs each property tries; more of them with RIGWIRE_HOSTILE_RUNS. */
const numRuns = Number(process.env.RIGWIRE_HOSTILE_RUNS ?? 300);

const { exchanges } = JSON.parse(
  readFileSync(join(__dirname, "../vectors/plantimager-registry.json"), "utf8"),
) as {
  readonly exchanges: readonly Readonly<Record<"request" | "reply", readonly [{ text: string }]>>[];
};

const names = fc.constantFrom("cam", "", "__proto__", "constructor", "a-1", "a", "\u0000", "x".repeat(300));
const anyField = fc.oneof(names, fc.jsonValue(), fc.constantFrom("tcp://10.0.0.1:1", "tcp://a:1:1", 20, -1));

/** Something like a message: the right words in it, and anything else. */
const message = fc
  .record(
    {
      event: fc.oneof(
        fc.constantFrom("REGISTER", "UNREGISTER", "CHECK_ALIVE", "LIST_DEVICES", "WATCH"),
        fc.constantFrom("REGISTER_ACK", "ACK", "UNSUPPORTED", "DEVICES", "WATCH_ACK", "DEVICE_ADDED"),
        fc.jsonValue(),
      ),
      payload: fc.oneof(
        fc.dictionary(
          fc.constantFrom(
            ...["device_type", "addr", "name", "overwrite", "uuid", "alive_timeout", "token"],
            ...["devices", "seq", "signal_port", "success", "req_event", "__proto__"],
          ),
          anyField,
        ),
        fc.jsonValue(),
      ),
    },
    { requiredKeys: [] },
  )
  .map((each) => Buffer.from(JSON.stringify(each)));

/** A recorded message with a few bytes changed. */
const damaged = fc
  .tuple(
    fc.constantFrom(...exchanges.flatMap(({ request, reply }) => [request[0].text, reply[0].text])),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
    fc.nat(),
  )
  .map(([text, changes, end]) => {
    const bytes = Buffer.from(text);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return end % 3 === 0 ? bytes.subarray(0, end % bytes.length) : bytes;
  });

const bytes = fc.oneof(
  message,
  damaged,
  fc.uint8Array({ maxLength: 64 }).map((array) => Buffer.from(array)),
);

describe("hostile bytes", () => {
  it("never make the decoder of requests throw", () => {
    fc.assert(
      fc.property(bytes, (body) => {
        const decoded = decodeRegistryRequest(body);
        expect(["request", "unsupported", "malformed"]).toContain(decoded.kind);
      }),
      { numRuns: 10 * numRuns },
    );
  });

  it.each([
    ["replies", decodeRegistryReply],
    ["changes", decodeDeviceChange],
  ])("fail in the decoder of %s with a MalformedMessageError, or not at all", (_, decode) => {
    fc.assert(
      fc.property(bytes, (body) => {
        try {
          decode(body);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedMessageError);
        }
      }),
      { numRuns: 10 * numRuns },
    );
  });

  it("get one answer each from a registry, and change nobody's entry", async () => {
    const registry = await openRegistry({ maxDevices: 50 });
    const owner = clientOf(registry.url);
    const { uuid } = await owner.register({ type: "owned", url: "tcp://10.255.0.1:1", name: "owned" });
    const client = RawRequest.connect(registry.url);
    await fc.assert(
      fc.asyncProperty(
        // A token would be waited for: one word less, so that it stays quick.
        bytes.filter((body) => !body.includes('"token"')),
        async (body) => {
          const reply = JSON.parse(await client.send(body)) as { event: string; payload: object };
          expect(["REGISTER_ACK", "ACK", "UNSUPPORTED", "DEVICES", "WATCH_ACK"]).toContain(reply.event);
          expect(JSON.stringify(reply)).not.toContain(uuid);
        },
      ),
      { numRuns },
    );

    expect(await owner.checkAlive(uuid)).toBe(true);
    expect(registry.devices.length).toBeLessThanOrEqual(50);
    expect({}).not.toHaveProperty("polluted");
  });

  it("in frames of any number neither end a registry nor hinder others", async () => {
    const registry = await openRegistry();
    const stranger = closing(new Dealer({ linger: 0 }));
    stranger.connect(registry.url);
    const client = clientOf(registry.url);
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 12 }), async (frames) => {
        await stranger.send(frames);
      }),
      { numRuns },
    );

    expect(await client.list({ name: "nobody" })).toEqual([]);
  });

  it("larger than any request are not read", async () => {
    const registry = await openRegistry();
    const stranger = closing(new Dealer({ linger: 0 }));
    stranger.connect(registry.url);
    await stranger.send(["", Buffer.alloc(1024 * 1024, "{")]);

    expect(await clientOf(registry.url).list()).toEqual([]);
  });

  it("from a registry end neither its client nor a watch", async () => {
    const body = { current: Buffer.from("") };
    const endpoint = closing(await openTestEndpoint((request) => request.reply([body.current])));
    const client = clientOf(endpoint.url, { timeoutMs: 1_000 });
    await fc.assert(
      fc.asyncProperty(bytes, async (each) => {
        body.current = each;
        await client.list().catch((error: unknown) => {
          expect(error).toHaveProperty("name", expect.stringMatching(/^(Malformed|Registry)/));
        });
      }),
      { numRuns },
    );
  });

  it("published by a registry are left out", async () => {
    const registry = await openRegistry();
    const client = clientOf(registry.url);
    const told = next(client.watch());
    await client.list();
    const endpoint = Reflect.get(registry, "endpoint") as { publish(signal: string, frame: Buffer): void };
    fc.assert(
      fc.property(bytes, (rubbish) => {
        endpoint.publish("DEVICE", Buffer.concat([Buffer.from('{"event":"DEVICE_'), rubbish]));
      }),
      { numRuns },
    );
    await client.register({ type: "camera", url: "tcp://10.0.0.1:1", name: "cam" });

    expect((await told)[0]?.device.name).toBe("cam");
  });
});

describe("a stranger who", () => {
  it("begins more watches than a registry waits for is refused, and nobody else waits", async () => {
    const registry = await openRegistry();
    const stranger = closing(new Dealer({ linger: 0, receiveTimeout: 5_000 }));
    stranger.connect(registry.url);
    for (let count = 0; count < 1_001; count++) {
      await stranger.send(["", JSON.stringify({ event: "WATCH", payload: { token: `t${count}` } })]);
    }
    const [, reply] = await stranger.receive();

    expect(reply?.toString()).toContain("too many watchers");
    expect(await clientOf(registry.url).list()).toEqual([]);
  });

  it("subscribes to everything hears no uuid", async () => {
    const registry = await openRegistry();
    const raw = RawRequest.connect(registry.url);
    const { payload } = await raw.ask("WATCH");
    const ears = closing(new Subscriber({ receiveTimeout: 5_000 }));
    ears.connect(`tcp://127.0.0.1:${Number(payload.signal_port)}`);
    ears.subscribe("");
    let heard = "";
    void (async () => {
      for await (const [frame] of ears) heard += String(frame);
    })().catch(() => undefined);
    const uuids: string[] = [];
    await eventually("something is heard", async () => {
      const client = clientOf(registry.url);
      uuids.push((await client.register({ type: "camera", url: "tcp://10.0.0.1:1" })).uuid);
      return heard !== "";
    });

    for (const uuid of uuids) expect(heard).not.toContain(uuid);
  });

  it("registers and leaves for ever leaves nothing behind", () => {
    let now = 0;
    const devices = new RegisteredDevices(100, () => now);
    fc.assert(
      fc.property(names, names, fc.nat(200), fc.boolean(), (name, type, port, overwrite) => {
        devices.register({ name, type, url: `tcp://10.0.0.1:${port}`, overwrite });
        now += 1;
        expect(devices.size).toBeLessThanOrEqual(100);
      }),
      { numRuns: 10 * numRuns },
    );
    now += 21_000;
    devices.prune();

    for (const index of ["byName", "byUuid", "byUrl", "byType"]) {
      expect(Reflect.get(devices, index)).toHaveProperty("size", 0);
    }
    expect(devices.nextPruneAt).toBeUndefined();
  });
});
