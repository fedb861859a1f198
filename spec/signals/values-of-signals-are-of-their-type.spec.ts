import { Subject } from "rxjs";
import {
  Arg,
  clientOf,
  connect,
  dictOf,
  Integer,
  JsonMethod,
  oneOf,
  type Remote,
  RpcProperty,
  RpcService,
  serve,
  setOf,
  Signal,
} from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { OriginalLookalike } from "../support/original-lookalike";

@RpcService({ type: "panel" })
class Panel {
  @Signal(String, Boolean) readonly pressed = new Subject<[string | number, boolean | string]>();
  @Signal(setOf(Integer)) readonly lit = new Subject<Set<number>>();
  @Signal(dictOf(oneOf(Integer, String))) readonly told = new Subject<Record<string, number | string>>();
  @RpcProperty({ type: setOf(Integer) }) lamps = new Set<number>();

  /** How many of them burn already. */
  @JsonMethod() count(@Arg("lamps", { type: setOf(Integer) }) lamps: Set<number>): number {
    return [...lamps].filter((lamp) => this.lamps.has(lamp)).length;
  }
}

function connectPanel(url: string): Remote<Panel> {
  const panel = connect(Panel, url);
  closing(clientOf(panel));
  return panel;
}

describe("a signal", () => {
  it("of an original is brought to its type as Python does it", async () => {
    const device = await OriginalLookalike.open({ signals: ["pressed"] });
    const heard: unknown[] = [];
    connectPanel(device.url).pressed.subscribe((value) => heard.push(value));
    await eventually("it was heard", async () => {
      await device.emitText("pressed", '[5.0, "false"]');
      return heard.length > 0;
    });

    expect(heard[0]).toEqual(["5.0", true]);
  });

  it("of this library is not brought to its type as Python would", async () => {
    const device = new Panel();
    const { url } = closing(await serve(device));
    const heard: unknown[] = [];
    connectPanel(url).pressed.subscribe((value) => heard.push(value));
    await eventually("it was heard", () => {
      device.pressed.next([5, "false"]);
      return heard.length > 0;
    });

    expect(heard[0]).toEqual(["5", false]);
  });

  it("carries sets and dictionaries", async () => {
    const device = new Panel();
    const { url } = closing(await serve(device));
    const panel = connectPanel(url);
    const lit: unknown[] = [];
    const told: unknown[] = [];
    panel.lit.subscribe((value) => lit.push(value));
    panel.told.subscribe((value) => told.push(value));
    await eventually("both were heard", () => {
      device.lit.next(new Set([1, 2]));
      device.told.next({ lamp: 1, colour: "red" });
      return lit.length > 0 && told.length > 0;
    });

    expect(lit[0]).toEqual(new Set([1, 2]));
    expect(told[0]).toEqual({ lamp: 1, colour: "red" });
  });
});

describe("a set", () => {
  it.each(["tcp://127.0.0.1", "inproc://panel"])("is an argument and a property, at %s", async (where) => {
    const device = new Panel();
    const { url } = closing(await serve(device, { url: where }));
    const panel = connectPanel(url);
    await panel.lamps.set(new Set([1, 2]));

    expect(device.lamps).toEqual(new Set([1, 2]));
    expect(await panel.lamps.get()).toEqual(new Set([1, 2]));
    expect(await panel.count(new Set([2, 3]))).toBe(1);
    expect(await clientOf(panel).call("count", [], { lamps: new Set([1, 2]) })).toBe(2);
  });
});
