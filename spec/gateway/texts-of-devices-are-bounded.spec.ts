import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { EvilServer, type SendFrames } from "../support/evil-server";
import { OriginalLookalike } from "../support/original-lookalike";
import { boundedLogger } from "../../lib/log/bounded-logger";
import { oneLine } from "../../lib/log/one-line";
import { prometheusText } from "../../lib/gateway/prometheus-text";
import { durationsOf } from "../../lib/wire/durations";
import { openGateway } from "./open-gateway";
import { RawBrowser } from "./raw-browser";

/** Clears a terminal, in two ways, ends the line, and is far too long. */
const NASTY = `\u001b[2J\u009b2J\r\n\u2028\u202e${"x".repeat(100_000)}`;

// eslint-disable-next-line no-control-regex
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/;

class Nasty extends EvilServer {
  constructor() {
    super({
      ...{ success: true, name: "", json_methods: {}, buffer_methods: {}, signals: [], properties: [] },
      rigwire: {
        version: NASTY,
        type: NASTY,
        instance: "1",
        clock: 1,
        signalPort: 0,
        features: [],
        members: {},
      },
    });
  }

  protected answer(_event: string | undefined, send: SendFrames): Promise<void> {
    return send(Buffer.from('{"success":false,"error":"no"}'));
  }
}

it("a device's type and version are short lines in the list, and what has no plain name is left out", async () => {
  const { url } = await new Nasty().open();
  const { gateway, logger } = await openGateway([
    { name: "cam", type: "", url },
    { name: NASTY.slice(0, 20), type: "camera", url },
  ]);
  const browser = await RawBrowser.open(`${gateway.url.replace(/^http/, "ws")}/gateway`);
  let devices: Record<string, unknown>[] = [];
  await eventually("the device is connected", async () => {
    const { value } = await browser.ask(1, '{"event":"PROPERTY_GET","property":"devices"}');
    browser.replies.delete(1);
    devices = value as Record<string, unknown>[];
    return devices.some(({ state }) => state === "connected");
  });
  expect(devices).toMatchObject([
    { name: "cam", type: expect.stringMatching(/^\\u001b\[2J\\u009b2J\\r\\n/) },
  ]);
  expect(UNSAFE.test(Object.values(devices[0] ?? {}).join(""))).toBe(false);
  expect([devices[0]?.type, devices[0]?.version].map((text) => String(text).length)).toEqual([1_024, 64]);
  expect(logger.lines.join()).toContain("devices are left out whose names");
});

it("what a device says when it refuses the gateway is a short line in the gateway's errors", async () => {
  const device = await OriginalLookalike.open({
    answer: ({ event }) => (event === "GET_INVENTORY" ? { success: false, error: NASTY } : undefined),
  });
  const { at } = await openGateway([{ name: "cam", type: "camera", url: device.url }]);
  const browser = closing(await RawBrowser.open(at("cam")));
  const { error } = await browser.ask(1, '{"event":"GET_INVENTORY"}');
  expect(error).toContain("GET_INVENTORY was refused: \\u001b[2J");
  expect(UNSAFE.test(String(error))).toBe(false);
  expect(String(error).length).toBeLessThanOrEqual(1_024);
});

it("members of one name, and too many of them, cost no more of the metrics than themselves", () => {
  const none = durationsOf({ count: 0, sumMs: 0, maxMs: 0, buckets: [] });
  const counts = {
    calls: 1,
    failures: 0,
    refusals: 0,
    waiting: 0,
    running: 0,
    bytesIn: 0,
    bytesOut: 0,
    items: 0,
  };
  const members = ["twice", "twice", NASTY, ...Array.from({ length: 2_000 }, (_, index) => `m${index}`)].map(
    (member) => ({ member, use: "call" as const, ...counts, wait: none, run: none }),
  );
  const stats = { upMs: 1, connections: 1, members, signals: [] };
  const lines = prometheusText([{ name: "cam", isUp: true, stats, health: undefined }]).split("\n");
  const calls = lines.filter((line) => line.startsWith("rigwire_calls_total{"));
  expect(calls).toHaveLength(1_023);
  expect(calls.filter((line) => line.includes('"twice"'))).toHaveLength(1);
  expect(lines.filter((line) => UNSAFE.test(line) || line.length > 400)).toEqual([]);
});

it("logs have messages, texts and errors of devices as short lines", () => {
  const logged: [Record<string, unknown>, string][] = [];
  const take = (details: object, message: string) =>
    void logged.push([details as Record<string, unknown>, message]);
  const logger = boundedLogger({ debug: take, info: take, warn: take, error: take });
  const cause = new Error(NASTY);
  logger.warn({ name: NASTY, count: 3, err: new TypeError("it failed", { cause }) }, NASTY);
  const [[details, message] = [{}, ""]] = logged;
  const err = details.err as Error;
  expect([message, details.name, details.count]).toEqual([oneLine(NASTY), oneLine(NASTY), 3]);
  expect([err.name, err.message, err.cause]).toEqual(["TypeError", "it failed", undefined]);
  expect(err.stack).toMatch(/^TypeError: it failed\n +at /);
  expect(oneLine(NASTY)).toHaveLength(1_024);
  expect(UNSAFE.test(oneLine(NASTY))).toBe(false);
});
