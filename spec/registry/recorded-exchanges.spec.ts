import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DeviceRegistry } from "../../lib/registry/device-registry";
import { decodeRegistryReply, encodeRegistryReply } from "../../lib/registry/registry-reply";
import {
  decodeRegistryRequest,
  encodeRegistryRequest,
  type RegistryRequest,
} from "../../lib/registry/registry-request";
import { RawRequest } from "./raw-request";

interface Exchange {
  readonly note: string;
  readonly request: readonly [{ readonly text: string }];
  readonly reply: readonly [{ readonly text: string }];
}

interface Message {
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

const recording = JSON.parse(
  readFileSync(join(__dirname, "../vectors/plantimager-registry.json"), "utf8"),
) as { readonly exchanges: readonly Exchange[]; readonly devices_left: Record<string, [string, string]> };

const cases = recording.exchanges.map(({ note, request, reply }) => ({
  note,
  request: request[0].text,
  reply: reply[0].text,
}));

/** The original names a second device without a name "-1": a defect (plantimager registry). */
const OURS: Readonly<Record<string, string>> = { "-1": "arm-1" };

describe("the recorded exchanges with an original registry", () => {
  let registry: DeviceRegistry;
  let client: RawRequest;
  /** Our uuids by those of the recording. */
  const uuids = new Map<string, string>();

  beforeAll(async () => {
    registry = await DeviceRegistry.open({ url: "tcp://127.0.0.1" });
  });
  afterAll(() => registry.close());
  beforeEach(() => (client = RawRequest.connect(registry.url)));

  // One after the other: each builds on those before it.
  it.each(cases)("$note", async ({ request, reply }) => {
    const expected = JSON.parse(reply) as Message;
    let sent = request;
    for (const [recorded, ours] of uuids) sent = sent.replace(recorded, ours);

    const answer = JSON.parse(await client.send(sent)) as Message;

    if (expected.event === "REGISTER_ACK") {
      uuids.set(String(expected.payload.uuid), String(answer.payload.uuid));
      const name = String(expected.payload.name);
      expect(answer).toEqual({
        event: "REGISTER_ACK",
        payload: { name: OURS[name] ?? name, uuid: expect.any(String) },
      });
    } else {
      expect(answer).toEqual(expected);
    }
  });

  it("leave the devices that they left at the original", () => {
    const left = Object.entries(recording.devices_left)
      .filter(([name]) => name !== "cam")
      .map(([name, [type, url]]) => ({ name: OURS[name] ?? name, type, url }));

    expect(registry.devices).toEqual(expect.arrayContaining(left));
    expect(registry.devices).toHaveLength(left.length);
  });
});

it.each(cases)("a recorded reply reads as it was written: $note", ({ reply }) => {
  expect(JSON.parse(encodeRegistryReply(decodeRegistryReply(Buffer.from(reply))))).toEqual(JSON.parse(reply));
});

it.each(cases.filter(({ note }) => note !== "unknown event"))(
  "a recorded request reads as it was written: $note",
  ({ request }) => {
    const decoded = decodeRegistryRequest(Buffer.from(request));
    if (decoded.kind !== "request") throw new Error(decoded.reason);
    const written = JSON.parse(encodeRegistryRequest(decoded.request)) as Message;
    const recorded = JSON.parse(request) as Message;

    expect(written).toEqual({
      event: recorded.event,
      payload: { ...defaultsOf(decoded.request), ...recorded.payload },
    });
  },
);

it("the doubled port of an original's device is read as one", () => {
  const [type, addr] = recording.devices_left.cam!;
  const request = JSON.stringify({ event: "REGISTER", payload: { device_type: type, addr, name: "cam" } });

  expect(decodeRegistryRequest(Buffer.from(request))).toMatchObject({
    request: { url: "tcp://127.0.0.1:9300" },
  });
});

function defaultsOf({ event }: RegistryRequest): Record<string, unknown> {
  if (event === "REGISTER") return { overwrite: false };
  return event === "CHECK_ALIVE" ? { alive_timeout: 20 } : {};
}
