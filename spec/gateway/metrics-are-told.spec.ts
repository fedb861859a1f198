import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../../lib/index";
import { type MeasuredDevice, prometheusText } from "../../lib/gateway/prometheus-text";
import { addToken } from "../../lib/security/token-file";
import { durationsOf } from "../../lib/wire/durations";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway } from "./open-gateway";
import { connectStage, Stage } from "./stage";

interface Line {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\} (\S+)$/;

/** Reads the exposition format 0.0.4 by its rules, and fails over what breaks one. */
function parsed(text: string): readonly Line[] {
  expect(text.endsWith("\n")).toBe(true);
  const types = new Map<string, string>();
  const done = new Set<string>();
  const lines: Line[] = [];
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, metric = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === "TYPE") {
      expect(types.has(metric)).toBe(false);
      types.set(metric, rest);
    }
    if (keyword !== undefined) {
      if (metric !== current) {
        // All of a metric stands together.
        expect(done.has(metric)).toBe(false);
        done.add((current = metric));
      }
      continue;
    }
    const [, name = "", labelText = "", value = ""] = SAMPLE.exec(line) ?? [];
    expect(`${line} is a sample: ${name !== ""}`).toBe(`${line} is a sample: true`);
    const isHistogram = types.get(current) === "histogram";
    expect(isHistogram ? [`${current}_bucket`, `${current}_sum`, `${current}_count`] : [current]).toContain(
      name,
    );
    expect(types.get(current) === "counter").toBe(name.endsWith("_total"));
    const labels = [...labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, quoted]) => [
      key,
      quoted,
    ]);
    lines.push({ name, labels: Object.fromEntries(labels), value: Number(value) });
  }
  const series = lines.map(({ name, labels }) => JSON.stringify([name, labels]));
  expect(new Set(series).size).toBe(series.length);
  return lines;
}

function member(name: string): NonNullable<MeasuredDevice["stats"]>["members"][number] {
  const run = durationsOf({
    count: 4,
    sumMs: 1_030,
    maxMs: 1_000,
    buckets: [
      [-65, 1],
      [26, 2],
      [79, 1],
    ],
  });
  const wait = durationsOf({ count: 0, sumMs: 0, maxMs: 0, buckets: [] });
  const counts = {
    calls: 4,
    failures: 1,
    refusals: 0,
    waiting: 0,
    running: 0,
    bytesIn: 10,
    bytesOut: 20,
    items: 0,
  };
  return { member: name, use: "call", ...counts, run, wait };
}

it("figures are in the text format of Prometheus, whatever devices and members are called", () => {
  const nasty = 'a "name"\\ with\nlines';
  const stats = { upMs: 1_500, connections: 2, members: [member("moveTo"), member(nasty)], signals: [] };
  const devices = ["one", nasty].map((name) => ({ name, isUp: true, stats, health: undefined }));
  const lines = parsed(prometheusText(devices));
  const told = new Set(lines.map(({ labels }) => labels.device));

  expect(told).toEqual(new Set(["one", 'a \\"name\\"\\\\ with\\\\nlines']));
  expect(lines).toContainEqual({ name: "rigwire_up_seconds", labels: { device: "one" }, value: 1.5 });
});

it("a histogram's buckets hold what is no longer than their end, the last of them all", () => {
  const stats = { upMs: 1, connections: null, members: [member("moveTo")], signals: [] };
  const lines = parsed(
    prometheusText([{ name: "one", isUp: true, stats, health: { serving: false, reason: "" } }]),
  );
  const buckets = lines.filter(({ name }) => name === "rigwire_run_seconds_bucket");
  const ends = buckets.map(({ labels }) => Number(labels.le?.replace("+Inf", "Infinity")));
  const counts = buckets.map(({ value }) => value);
  const countUpTo = (seconds: number) => counts[ends.findIndex((end) => end >= seconds)];

  expect(ends).toEqual([...ends].sort((a, b) => a - b));
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  expect([countUpTo(0.001), countUpTo(0.016), countUpTo(1.024), countUpTo(Infinity)]).toEqual([1, 3, 4, 4]);
  expect(lines).toContainEqual({ name: "rigwire_serving", labels: { device: "one" }, value: 0 });
  expect(lines.find(({ name }) => name === "rigwire_run_seconds_sum")?.value).toBe(1.03);
});

describe("the gateway's /metrics", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "rigwire-metrics-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function served() {
    const options = { url: "tcp://127.0.0.1", name: "cam", logger: new RecordingLogger() };
    const server = closing(await serve(new Stage(), options));
    return { name: "cam", type: "stage", url: server.url };
  }

  it("tells what each device counted, and which are not there", async () => {
    const gone = { name: "gone", type: "stage", url: "tcp://127.0.0.1:1" };
    const { gateway, at } = await openGateway([await served(), gone], { access: "read" });
    await connectStage(at("cam")).position.get();
    const answer = await fetch(`${gateway.url}/metrics`);
    const lines = parsed(await answer.text());

    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(lines).toContainEqual({ name: "rigwire_up", labels: { device: "cam" }, value: 1 });
    expect(lines).toContainEqual({ name: "rigwire_up", labels: { device: "gone" }, value: 0 });
    expect(lines).toContainEqual({ name: "rigwire_serving", labels: { device: "cam" }, value: 1 });
    expect(lines).toContainEqual({
      name: "rigwire_calls_total",
      labels: { device: "cam", member: "position", use: "get" },
      value: 1,
    });
  });

  it("are for those alone who may come in: with a token that is known", async () => {
    const tokens = join(folder, "tokens");
    const token = addToken(tokens, "prometheus");
    const { gateway } = await openGateway([await served()], { login: "link", tokens });
    const askedBy = (authorization?: string) =>
      fetch(`${gateway.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } });
    const answers = await Promise.all([askedBy(), askedBy("Bearer wrong"), askedBy(`Bearer ${token}`)]);
    const [, stranger, known] = await Promise.all(answers.map((answer) => answer.text()));

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
    expect(stranger).not.toContain("cam");
    expect(known).toContain('rigwire_up{device="cam"}');
  });
});
