import { serve } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { commandLine } from "./support/command-line";
import { Thermometer } from "./support/thermometer";

const rigwire = commandLine();

async function served() {
  const device = new Thermometer();
  const server = closing(await serve(device, { name: "oven" }));
  return { device, url: server.url };
}

describe("a device", () => {
  it("is inspected: methods, properties with their values, signals", async () => {
    const { url } = await served();
    const { code, stdout } = await rigwire.run("inspect", url);
    expect(stdout.replaceAll(url, "URL")).toBe(
      [
        "oven  type thermometer · URL, local road · rigwire 0.1.0",
        "",
        "methods",
        "  heat_to(degrees: number, note?: string)  timeout 5 s                   heats, and tells how long it takes",
        "  echo(value: object)                      timeout 10 s                  at once",
        "  stop()                                   timeout 10 s",
        "  fail()                                   timeout 10 s",
        "  settle()                                 no timeout                    at once",
        "  warm_up(steps: number)                   timeout 5 s without progress  progress: object",
        "  picture(lores?: boolean) → bytes         timeout 10 s",
        "",
        "properties",
        "  target  20                                      number  tells targetChanged; in degrees",
        '  label   "oven"                                  string',
        '  serial  "\\u001b[2J007"                          string  read only',
        "  probe   oven.probe: the probe is not connected  number  read only",
        "",
        "signals",
        "  targetChanged(number)",
        "  range_changed([integer, integer])",
        "",
      ].join("\n"),
    );
    expect(code).toBe(0);
  });

  it("is called: words, numbers and JSON, by place and by name, also by the names of the class", async () => {
    const { url } = await served();
    const results = await Promise.all([
      rigwire.run("call", url, "heat_to", "-12.5", "007"),
      rigwire.run("call", url, "heatTo", "--kw", "note=007", "--kw", "degrees=80"),
      rigwire.run("call", url, "echo", '{"large": 12345678901234567890, "nan": NaN, "list": [1, null]}'),
      rigwire.run("call", url, "stop"),
      rigwire.run("call", url, "heat_to", "20", "--json"),
    ]);
    expect(results.map(({ stdout }) => stdout)).toEqual([
      "-12.5 (007)\n",
      "80 (007)\n",
      '{"large": 12345678901234567890, "nan": NaN, "list": [1, null]}\n',
      "",
      expect.stringMatching(/^\{"result":"20 \(no note\)","ms":[\d.]+\}\n$/),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  });

  it("gives bytes to a file: a sensible one that is not there yet, the one that is named, or stdout", async () => {
    const { url } = await served();
    const first = await rigwire.run("call", url, "picture");
    const [second, named, piped, json] = await Promise.all([
      rigwire.run("call", url, "picture", "true"),
      rigwire.run("call", url, "picture", "--out", "named.bin"),
      rigwire.run("call", url, "picture", "--out", "-"),
      rigwire.run("call", url, "picture", "--json", "--out", "json.bin"),
    ]);
    expect(first.stdout).toMatch(
      /^oven-picture\.jpg {2}5 B in [\d.]+ ms {2}\{"format": "jpeg", "lores": false\}\n$/,
    );
    expect(second.stdout).toContain("oven-picture-2.jpg");
    expect(named.stdout).toContain("named.bin");
    expect(piped.stdout).toBe("large");
    expect(JSON.parse(json.stdout)).toMatchObject({ file: "json.bin", bytes: 5, info: { lores: false } });
    const files = ["oven-picture.jpg", "oven-picture-2.jpg", "named.bin", "json.bin"];
    expect(files.map((file) => rigwire.read(file).toString())).toEqual(["large", "small", "large", "large"]);
  });

  it("tells its properties, one bare for scripts, and takes new values", async () => {
    const { url } = await served();
    const [one, all, json] = await Promise.all([
      rigwire.run("get", url, "label"),
      rigwire.run("get", url),
      rigwire.run("get", url, "target", "label", "--json"),
    ]);
    expect(one).toEqual({ code: 0, stdout: "oven\n", stderr: "" });
    expect(all.stdout).toContain("target  20\n");
    expect(all.stdout).toContain("probe   oven.probe: the probe is not connected\n");
    expect(all.code).toBe(1);
    expect(json.stdout.replaceAll(/,"time":"[^"]+","uncertaintyMs":[\d.]+/g, "")).toBe(
      '{"property":"target","value":20,"quality":"good"}\n{"property":"label","value":"oven","quality":"good"}\n',
    );
    expect(await rigwire.run("set", url, "label", "42")).toMatchObject({ code: 0, stdout: 'label = "42"\n' });
  });

  it("is watched: signals as they come, as many as wanted", async () => {
    const { url, device } = await served();
    const watch = rigwire.start("watch", url, "target", "range_changed", "--count", "3");
    expect(await watch.note()).toBe("watching targetChanged, range_changed of oven; Ctrl-C ends it");
    device.targetChanged.next(21.5);
    device.rangeChanged.next([1, 2]);
    device.targetChanged.next(22);
    const { code, stdout } = await watch.ended;
    expect(stdout.replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, "TIME")).toBe(
      "TIME  targetChanged  21.5\nTIME  range_changed  [1, 2]\nTIME  targetChanged  22\n",
    );
    expect(code).toBe(0);
  });

  it("is watched by programs, in lines of JSON, until it is interrupted", async () => {
    const { url, device } = await served();
    const watch = rigwire.start("watch", url, "targetChanged", "--json");
    const emitting = setInterval(() => device.targetChanged.next(1), 20);
    try {
      expect(JSON.parse(await watch.line())).toEqual({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        signal: "targetChanged",
        value: 1,
        uncertaintyMs: expect.any(Number),
      });
    } finally {
      clearInterval(emitting);
    }
    watch.signal();
    expect(await watch.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("is measured: round-trip times and what they come to", async () => {
    const { url } = await served();
    const { code, stdout } = await rigwire.run("ping", url, "--count", "3", "--interval", "1", "--json");
    const records = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, number>);
    expect(records.slice(0, 3).map(({ ping }) => ping)).toEqual([1, 2, 3]);
    expect(records[3]).toMatchObject({ sent: 3, received: 3 });
    expect(records[3]?.minMs).toBeLessThanOrEqual(records[3]?.maxMs ?? 0);
    expect(code).toBe(0);
  });

  it("ends with 1 where it says no, in one line, with its trace on demand", async () => {
    const { url } = await served();
    const [failed, traced, refused, json] = await Promise.all([
      rigwire.run("call", url, "fail"),
      rigwire.run("call", url, "fail", "--verbose"),
      rigwire.run("set", url, "target", "warm"),
      rigwire.run("call", url, "fail", "--json"),
    ]);
    expect(failed).toEqual({
      code: 1,
      stdout: "",
      stderr: "rigwire: oven.fail: the door is open; --verbose shows its traceback\n",
    });
    expect(traced.stderr).toContain("thermometer.ts");
    expect(refused).toMatchObject({
      code: 1,
      stderr: 'rigwire: oven.target: target: expected number, got "warm"\n',
    });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: "oven.fail: the door is open", exitCode: 1 });
  });

  it("is left alone where the command line is wrong, with what would be right", async () => {
    const { url } = await served();
    const results = await Promise.all([
      rigwire.run("call", url, "heat_too", "1"),
      rigwire.run("get", url, "stop"),
      rigwire.run("call", url, "echo", "{a: 1}"),
      rigwire.run("call", url, "picture", "--out", "nowhere/picture.jpg"),
    ]);
    expect(results.map(({ stderr }) => stderr)).toEqual([
      expect.stringContaining(
        'oven has no method "heat_too" (did you mean heat_to?): its methods are heat_to, ',
      ),
      "rigwire: oven.stop is a method: use rigwire call\n",
      expect.stringContaining("argument 1 is no JSON"),
      expect.stringContaining("there is no folder"),
    ]);
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  });

  it("tells at Ctrl-C what became of a call", async () => {
    const { url } = await served();
    const call = rigwire.start("call", url, "warm_up", "100000");
    const isBusy = async () => (await rigwire.run("inspect", url)).stdout.includes("runs warm_up");
    await eventually("it runs", isBusy, 15_000);
    call.signal();
    expect(await call.ended).toEqual({
      code: 130,
      stdout: "",
      stderr:
        "oven: warm_up does not run any more\n" +
        "rigwire: oven.warmUp was aborted; it may still be carried out\n",
    });
    expect((await rigwire.run("call", url, "warm_up", "2")).stdout).toBe("warm\n");
  });

  it("tells at Ctrl-C and at the deadline that a call may still be carried out", async () => {
    const [interrupted, late] = await Promise.all([served(), served()]);
    const call = rigwire.start("call", interrupted.url, "settle");
    const timedOut = rigwire.run("call", late.url, "settle", "--timeout", "100");
    await interrupted.device.settling;
    call.signal();
    expect(await call.ended).toEqual({
      code: 130,
      stdout: "",
      stderr: "rigwire: oven.settle was aborted; it may still be carried out\n",
    });
    const { code, stderr } = await timedOut;
    expect(stderr).toContain("got no reply within 100 ms");
    expect(code).toBe(3);
  });
});
