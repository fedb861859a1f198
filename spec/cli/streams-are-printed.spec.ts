import { setTimeout as delay } from "node:timers/promises";
import { Arg, JsonMethod, RpcService, serve, StreamMethod } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();

@RpcService({ type: "stage" })
class Stage {
  ended = 0;

  @StreamMethod(Number, { unit: "mm", description: "where it is" })
  async *positions(@Arg("from") from: number): AsyncIterable<number> {
    try {
      for (let at = from; ; at++) {
        await delay(5);
        yield at;
      }
    } finally {
      this.ended += 1;
    }
  }

  @StreamMethod(Float32Array, { timeout: 3_000 })
  async *trace(): AsyncIterable<Float32Array> {
    yield Float32Array.of(0, 1, 2);
    yield Float32Array.of(3, 4, 5);
  }

  @JsonMethod()
  home(): string {
    return "home";
  }
}

async function served() {
  const device = new Stage();
  const { url } = closing(await serve(device, { name: "stage-1" }));
  return { device, url };
}

describe("a stream", () => {
  it("is printed as it comes, and its source ends with the command", async () => {
    const { device, url } = await served();
    const { code, stdout } = await rigwire.run("stream", url, "positions", "7", "--count", "3", "--json");

    expect(code).toBe(0);
    const items = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { item: number });
    expect(items.map(({ item }) => item)).toEqual([7, 8, 9]);
    await eventually("the source has ended", () => device.ended === 1);
  });

  it("ends by itself, and says so", async () => {
    const { url } = await served();
    const { code, stdout, stderr } = await rigwire.run("stream", url, "trace");

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /trace {2}Float32Array\(3\) \[0, 1, 2\]\n.*trace {2}Float32Array\(3\) \[3, 4, 5\]\n/,
    );
    expect(stderr).toContain("has ended after 2 items");
  });

  it("is ended by Ctrl-C", async () => {
    const { device, url } = await served();
    const running = rigwire.start("stream", url, "positions", "0", "--latest", "--json");
    expect(JSON.parse(await running.line())).toMatchObject({ item: 0, skipped: 0 });
    running.signal();

    expect((await running.ended).code).toBe(0);
    await eventually("the source has ended", () => device.ended === 1);
  });

  it("is told from methods, on both sides", async () => {
    const { url } = await served();
    const [called, streamed, inspected] = await Promise.all([
      rigwire.run("call", url, "trace"),
      rigwire.run("stream", url, "home"),
      rigwire.run("inspect", url),
    ]);

    expect(called.stderr).toContain("is a stream: use rigwire stream");
    expect(streamed.stderr).toContain("is no stream: use rigwire call");
    expect(inspected.stdout).toMatch(/positions\(from: number\) → number….*stream; where it is/);
  });

  it("is in the contract of a running device", async () => {
    const { url } = await served();
    const { stdout } = await rigwire.run("types", url);

    expect(stdout).toContain('@StreamMethod(Number, { description: "where it is" })');
    expect(stdout).toContain('positions(@Arg("from") from: number): AsyncIterable<number> {');
    expect(stdout).toContain("@StreamMethod(Float32Array, { timeout: 3000 })");
  });
});
