import { Subject } from "rxjs";
import { BadValue, RpcProperty, RpcService, serve, Signal } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { commandLine } from "./support/command-line";

@RpcService({ type: "oven" })
class Oven {
  @Signal(Number, { unit: "Cel", precision: 1 }) readonly temperatureChanged = new Subject<number>();
  fault: string | undefined;

  @RpcProperty({ type: Number, notify: "temperatureChanged", unit: "Cel", precision: 1 })
  get temperature(): number {
    if (this.fault !== undefined) throw new BadValue(this.fault, { value: 20 });
    return 20;
  }
  set temperature(_: number) {
    // The oven takes its time.
  }

  @RpcProperty({ unit: "mbar", maxAgeMs: 60_000 }) pressure: number = 3;
}

const rigwire = commandLine({ TERM: "xterm" });

async function served() {
  const device = new Oven();
  const { url } = closing(await serve(device, { name: "oven", logger: new RecordingLogger() }));
  return { device, url };
}

describe("a value that cannot be relied on", () => {
  it("is marked where people look, and no value where a script reads one", async () => {
    const { device, url } = await served();
    device.fault = "open circuit";
    const [all, bad, stale, json] = await Promise.all([
      rigwire.run("get", url),
      rigwire.run("get", url, "temperature"),
      rigwire.run("get", url, "pressure"),
      rigwire.run("get", url, "temperature", "--json"),
    ]);

    expect(all.stdout).toContain("temperature  20.0 Cel  bad: open circuit\n");
    expect(all.stdout).toContain(
      "pressure     3 mbar  stale: it has not been updated since the device was served\n",
    );
    expect(all.code).toBe(1);
    expect(bad).toMatchObject({ code: 1, stdout: "" });
    expect(bad.stderr).toContain("oven.temperature: its value is bad: open circuit");
    expect(stale).toMatchObject({ code: 0, stdout: "3\n" });
    expect(stale.stderr).toBe("stale: it has not been updated since the device was served\n");
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      property: "temperature",
      value: 20,
      time: expect.stringMatching(/Z$/) as string,
      uncertaintyMs: expect.any(Number) as number,
      quality: "bad",
      reason: "open circuit",
    });
  });

  it("is told to who watches", async () => {
    const { device, url } = await served();
    const watch = rigwire.start("watch", url, "temperature", "--json");
    const assigning = setInterval(() => {
      device.fault = device.fault === undefined ? "open circuit" : undefined;
      device.temperature = 1;
    }, 50);
    try {
      let line = await watch.line();
      while (!line.includes('"bad"')) line = await watch.line();
      expect(JSON.parse(line)).toEqual({
        time: expect.stringMatching(/Z$/) as string,
        property: "temperature",
        quality: "bad",
        reason: "open circuit",
        uncertaintyMs: expect.any(Number) as number,
      });
    } finally {
      clearInterval(assigning);
    }
    watch.signal();
    expect(await watch.ended).toMatchObject({ code: 0, stderr: "" });
  });
});
