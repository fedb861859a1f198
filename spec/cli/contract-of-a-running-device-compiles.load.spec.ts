import { join } from "node:path";
import {
  Arg,
  arrayOf,
  enumOf,
  Integer,
  JsonMethod,
  oneOf,
  RpcProperty,
  RpcService,
  serve,
  setOf,
  Signal,
} from "rigwire";
import { Subject } from "rxjs";
import { findPython, PythonPeer } from "../interop/python-peer";
import { closing } from "../support/closing";
import { commandLine } from "./support/command-line";
import { complaints } from "./support/strict-compiler";
import { Thermometer } from "./support/thermometer";

const rigwire = commandLine();
const USE = `
  import { connect } from "rigwire";
  import { ThermometerContract } from "./thermometer";

  export async function use(): Promise<void> {
    const oven = connect(ThermometerContract, "tcp://127.0.0.1:9");
    await oven.target.set(20.5);
    await oven.heatTo(80, "slowly");
    await oven.heatTo(80);
    const [bytes] = await oven.picture();
    const size: number = bytes.length;
    oven.rangeChanged.subscribe(([from, to]) => void (from + to + size));
    const run = oven.warmUp(3);
    run.progress$.subscribe((step: Record<string, unknown>) => void step.at);
    const warm: unknown = await run;
    run.cancel(warm);
    // @ts-expect-error It cannot be set.
    await oven.serial.set("8");
  }
`;

enum Position {
  Open,
  Closed,
}

/** What it takes is one of a few values. */
@RpcService({ type: "valve" })
class Valve {
  @Signal(enumOf(Position)) readonly moved = new Subject<Position>();
  @RpcProperty({ choices: ["A | B", 'say "(C"', "D[]"] }) channel: string = "A | B";
  @RpcProperty({ type: oneOf(Integer, enumOf(["off", "auto"]), null) }) speed: number | string | null = 1;
  @RpcProperty({ type: arrayOf(enumOf(["left", "right"])) }) sides: string[] = [];

  @JsonMethod()
  move(
    @Arg("position", { type: enumOf(Position) }) position: Position,
    @Arg("ways", { optional: true, type: setOf(enumOf(["a", "b"])) }) ways?: Set<string>,
  ): number {
    return position + (ways?.size ?? 0);
  }
}

const USE_OF_VALVE = `
  import { connect } from "rigwire";
  import { ValveContract } from "./valve";

  export async function use(): Promise<void> {
    const valve = connect(ValveContract, "tcp://127.0.0.1:9");
    await valve.channel.set("A | B");
    await valve.channel.set('say "(C"');
    const channel: "A | B" | 'say "(C"' | "D[]" = await valve.channel.get();
    // @ts-expect-error It is none of the choices.
    await valve.channel.set("E");
    await valve.speed.set(1.5);
    await valve.speed.set("auto");
    await valve.speed.set(null);
    await valve.sides.set(["left"]);
    await valve.move(1, new Set(["a"] as const));
    // @ts-expect-error The enum has no third value.
    await valve.move(2);
    valve.moved.subscribe((position: 0 | 1) => void (position + channel.length));
  }
`;

describe("the contract that is printed for a running device", () => {
  it("compiles at the strictest, and is used as the class of the device is; an original's as well", async () => {
    const { url } = closing(await serve(new Thermometer(), { name: "oven" }));
    const files = ["thermometer.ts", "use.ts"];
    const { code, stdout } = await rigwire.run("types", url);
    expect(code).toBe(0);
    rigwire.write("thermometer.ts", stdout);
    rigwire.write("use.ts", USE);

    const python = findPython(["zmq"]);
    if (python !== undefined) {
      const peer = closing(new ClosingPeer(python, "original_server.py"));
      const original = await rigwire.run("types", String(await peer.next()), "--class", "Original");
      expect(original.stdout).toContain("export abstract class Original {");
      expect(original.stdout).toContain('@BufferMethod({ wireName: "get_image", timeout: null })');
      expect(original.stdout).toContain('@RpcProperty({ notify: "modeChanged" })\n  abstract mode: string;');
      rigwire.write("original.ts", original.stdout);
      files.push("original.ts");
    }
    expect(complaints(files.map((file) => join(rigwire.folder, file)))).toEqual([]);
  }, 60_000);
});

describe("the contract of a device that takes a few values only", () => {
  it("has the union of them as types", async () => {
    const { url } = closing(await serve(new Valve(), { name: "valve" }));
    const { code, stdout } = await rigwire.run("types", url);
    expect(code).toBe(0);
    expect(stdout).not.toContain(": unknown;");
    rigwire.write("valve.ts", stdout);
    rigwire.write("use-of-valve.ts", USE_OF_VALVE);

    expect(complaints(["valve.ts", "use-of-valve.ts"].map((file) => join(rigwire.folder, file)))).toEqual([]);
  }, 60_000);
});

class ClosingPeer extends PythonPeer {
  close(): Promise<void> {
    return this.end();
  }
}
