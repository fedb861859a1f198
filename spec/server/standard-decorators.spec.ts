import { contractOf, serve } from "rigwire";
import { closing } from "../support/closing";
import { compiledModule } from "../support/compiled-module";
import { rawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

const SOURCE = `
import { Subject } from "rxjs";
import { Min } from "class-validator";
import { Arg, BufferMethod, Integer, JsonMethod, OnExperiment, RpcProperty, RpcService, Signal } from "rigwire";

@RpcService({ type: "stage" })
export class Stage {
  @Signal(Number) readonly speedChanged = new Subject<number>();
  @RpcProperty({ type: Number, notify: "speedChanged", rules: [Min(1)] }) accessor speed = 5;
  @RpcProperty({ type: String }) label = "a";
  #x = 0;
  @RpcProperty() get x() { return this.#x; }

  @JsonMethod({ args: [Arg("n", Integer), Arg("by", { type: Number, max: 3 })] })
  move(n: number, by: number = 1): number { return (this.#x = n * by); }

  @BufferMethod() image(): [Uint8Array, object] { return [Uint8Array.of(1), {}]; }
  @OnExperiment(1) begin(_message: object): string { return "ok"; }
}

export class Faster extends Stage {
  @JsonMethod() stop(): void {}
  override move(n: number, by = 2): number { return super.move(n, by); }
}
`;

const standard = compiledModule(SOURCE, { experimentalDecorators: false });

function device(name: string): object {
  const type = standard[name];
  if (type === undefined) throw new Error(`${name} is not exported`);
  return new type();
}

describe("a class with standard decorators", () => {
  it("is served with all its members, and checked by what is written out", async () => {
    const logger = new RecordingLogger();
    const client = rawClient(closing(await serve(device("Stage"), { logger })).url);

    expect(await client.call("move", [2], { by: 3 })).toEqual({ success: true, result: 6 });
    expect(await client.get("x")).toEqual({ success: true, value: 6 });
    expect(await client.call("move", [1.5])).toMatchObject({ error: "n: expected integer, got 1.5" });
    expect(await client.call("move", [1, 4])).toMatchObject({
      error: expect.stringContaining("by must not"),
    });
    expect(await client.call("move", [1, 2, 3])).toMatchObject({ success: false });
    expect(await client.set("speed", 0)).toMatchObject({
      error: expect.stringContaining("speed must not be less"),
    });
    expect(await client.set("speed", "7")).toEqual({ success: true });
    expect(await client.get("speed")).toEqual({ success: true, value: 7 });
    expect(await client.set("label", "b")).toEqual({ success: true });
    expect(logger.lines).toEqual([]);
  });

  it("tells changes of an accessor", async () => {
    const stage = device("Stage") as {
      speed: number;
      speedChanged: { subscribe(next: (v: number) => void): void };
    };
    closing(await serve(stage));
    const told: number[] = [];
    stage.speedChanged.subscribe((speed) => told.push(speed));
    stage.speed = 9;

    expect(told).toEqual([9]);
  });

  it("takes part in experiments", () => {
    expect(contractOf(device("Stage").constructor as new () => object).experiments).toMatchObject([
      { member: "begin", events: 1 },
    ]);
  });

  it("is extended", () => {
    const contract = contractOf(device("Faster").constructor as new () => object);

    expect([...contract.members.keys()].sort()).toEqual(
      ["image", "label", "move", "speed", "speedChanged", "stop", "x"].sort(),
    );
    expect(contract.type).toBe("stage");
    expect(contract.methods.get("move")?.parameters).toMatchObject([
      { name: "n", type: { kind: "integer" }, optional: false },
      { name: "by", type: { kind: "number" }, optional: true },
    ]);
  });

  it.each([
    ["static member", "@JsonMethod() static run() {}", "run is static"],
    ["private member", "@JsonMethod() #run() {}", "#run is private"],
    ["member named by a symbol", '@JsonMethod() [Symbol("run")]() {}', "is named by a symbol"],
  ])("is refused with a %s", (_name, member, error) => {
    const source = `import { JsonMethod } from "rigwire"; export class Stage { ${member} }`;

    expect(() => compiledModule(source, { experimentalDecorators: false })).toThrow(error);
  });
});

it("the accessor keyword is served with the compiler's older decorators, too", async () => {
  const { Stage } = compiledModule(`
    import { RpcProperty, RpcService } from "rigwire";
    @RpcService() export class Stage { @RpcProperty({ type: Number }) accessor speed = 5; }`);
  if (Stage === undefined) throw new Error("Stage is not exported");
  const client = rawClient(closing(await serve(new Stage())).url);

  expect(await client.set("speed", "x")).toMatchObject({ success: false });
  expect(await client.get("speed")).toEqual({ success: true, value: 5 });
});
