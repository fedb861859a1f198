import { existsSync } from "node:fs";
import { join } from "node:path";
import { commandLine, type RunningCommand } from "./support/command-line";

const rigwire = commandLine();

const OVEN = `
  import { Subject } from "rxjs";
  import { JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";

  @RpcService({ type: "oven" })
  export class Oven {
    @Signal(Number) readonly targetChanged = new Subject<number>();
    @RpcProperty({ notify: "targetChanged" }) target: number = 20;
    @JsonMethod() heat(degrees: number): void { this.target = degrees; }
  }

  @RpcService({ type: "fridge" })
  export class Fridge {}
`;

const COMPILED_OVEN = `
  const { RpcService, JsonMethod } = require("rigwire");
  class Oven { hello() { return "warm"; } }
  JsonMethod()(Oven.prototype, "hello", Object.getOwnPropertyDescriptor(Oven.prototype, "hello"));
  RpcService({ type: "oven" })(Oven);
  exports.Oven = Oven;
`;

/** Starts a command that goes on, and waits until it says so. */
async function running(...args: readonly string[]) {
  const command = rigwire.start(...args, "--json");
  return { command, ready: JSON.parse(await command.line()) as { readonly url: string } };
}

async function stopped(command: RunningCommand): Promise<number | null> {
  command.signal();
  return (await command.ended).code;
}

beforeAll(() => {
  rigwire.write("oven.ts", OVEN);
  rigwire.write("oven.js", COMPILED_OVEN);
});

describe("a served class", () => {
  it("is found by its name, by its type, and listed with its round-trip time, until Ctrl-C", async () => {
    const { command, ready } = await running("serve", "oven.ts#Oven", "--name", "oven-1");
    expect(ready).toMatchObject({ event: "serving", name: "oven-1", type: "oven" });
    const [byName, byType, wrong, list] = await Promise.all([
      rigwire.run("call", "oven-1", "heat", "80"),
      rigwire.run("get", "oven", "target", "--local"),
      rigwire.run("get", "owen-1"),
      rigwire.run("devices", "--type", "oven", "--json"),
    ]);
    expect(byName.code).toBe(0);
    expect(byType.code).toBe(0);
    expect(wrong.stderr).toContain("(did you mean oven-1?)");
    expect(JSON.parse(list.stdout)).toEqual({
      name: "oven-1",
      type: "oven",
      url: ready.url,
      alive: true,
      roundTripMs: expect.any(Number),
    });
    expect(await stopped(command)).toBe(0);
    expect(existsSync(join(rigwire.folder, "runtime", "LocalServiceAdvertisements"))).toBe(false);
  });

  it("must be named where a file has several, or none by that name", async () => {
    const [several, other] = await Promise.all([
      rigwire.run("serve", "oven.ts"),
      rigwire.run("serve", "oven.ts#Owen"),
    ]);
    expect(several.stderr).toContain("has several devices, name one with #CLASS: it exports Oven, Fridge");
    expect(other.stderr).toContain('exports no device "Owen" (did you mean Oven?)');
    expect([several.code, other.code]).toEqual([2, 2]);
  });
});

describe("a registry", () => {
  it("is run from the terminal, and tells devices that come and go", async () => {
    const registry = await running("registry", "--url", "tcp://127.0.0.1");
    const place = ["--registry", registry.ready.url];
    const oven = await running("serve", "oven.js", ...place);
    expect(JSON.parse(await registry.command.line())).toMatchObject({
      event: "added",
      name: "oven",
      type: "oven",
    });
    const watch = rigwire.start("devices", "--watch", "--json", ...place);
    expect(JSON.parse(await watch.line())).toMatchObject({ event: "added", name: "oven", alive: true });
    expect(await rigwire.run("call", "oven", "hello", ...place)).toMatchObject({ code: 0, stdout: "warm\n" });
    expect(await stopped(oven.command)).toBe(0);
    expect(JSON.parse(await registry.command.line())).toMatchObject({ event: "removed", name: "oven" });
    expect(JSON.parse(await watch.line())).toMatchObject({ event: "removed", name: "oven" });
    expect(await Promise.all([stopped(watch), stopped(registry.command)])).toEqual([0, 0]);
  });
});
