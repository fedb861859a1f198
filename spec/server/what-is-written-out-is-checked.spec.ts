import { serve } from "rigwire";
import { closing } from "../support/closing";
import { compiledModule } from "../support/compiled-module";
import { rawClient, type RawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

const SOURCE = `
import { Any, Arg, Integer, JsonMethod, RpcProperty, RpcService } from "rigwire";

@RpcService()
export class Written {
  @JsonMethod() add(
    @Arg("n", { type: Integer }) n: number,
    @Arg("b", { type: Boolean }) b: boolean = false,
    @Arg("label", { type: String, optional: true }) label?: string,
  ): unknown[] {
    return [n, b, label ?? "none"];
  }
  @JsonMethod() sum(@Arg("values", { type: Number }) ...values: number[]): number {
    return values.reduce((sum, value) => sum + value, 0);
  }
  @JsonMethod() none(/* nothing, and not (anything, else) */): string {
    return "done";
  }
  @RpcProperty({ type: Number }) gain = 1;
  @RpcProperty({ type: Any }) extra: unknown = 1;
}

@RpcService()
export class Untold {
  @JsonMethod() none(): void {}
  @JsonMethod() some(@Arg("x", { type: Number }) x: number, @Arg("y") y: number, z = "),("): unknown {
    return [x, y, z];
  }
  @JsonMethod() other({ a = 1 }: { a?: number }, b = [1, 2].map((x) => x)): unknown {
    return [a, b];
  }
  @RpcProperty() gain = 1;
  @RpcProperty({ readonly: true }) serial = 1;
}
`;

const { Written, Untold } = compiledModule(SOURCE);
let client: RawClient;
let logger: RecordingLogger;

async function serveA(type: (new () => object) | undefined): Promise<void> {
  if (type === undefined) throw new Error("the class is not exported");
  logger = new RecordingLogger();
  client = rawClient(closing(await serve(new type(), { logger })).url);
}

describe("where the compiler passes no types on, what is written out is checked:", () => {
  beforeEach(() => serveA(Written));

  it.each<[string, string, unknown[], Record<string, unknown>, unknown]>([
    ["types and defaults", "add", ["5"], {}, [5, false, "none"]],
    ["names, with gaps", "add", [1], { label: "a" }, [1, false, "a"]],
    ["a rest", "sum", [1, "2", 3], {}, 6],
    ["none", "none", [], {}, "done"],
  ])("%s reach the method", async (_name, method, args, kwargs, result) => {
    expect(await client.call(method, args, kwargs)).toEqual({ success: true, result });
  });

  it.each<[string, string, unknown[], string]>([
    ["a wrong type", "add", [1.5], "n: expected integer, got 1.5"],
    ["a wrong second type", "add", [1, "yes"], 'b: expected boolean, got "yes"'],
    ["a missing one", "add", [], "add() is missing its argument n"],
    ["one too many", "add", [1, true, "a", 4], "add() takes 3 arguments, got 4"],
    ["one where there are none", "none", [1], "none() takes no arguments, got 1"],
    ["a wrong one of a rest", "sum", [1, "a"], 'values: expected number, got "a"'],
  ])("%s is refused", async (_name, method, args, error) => {
    expect(await client.call(method, args)).toMatchObject({
      success: false,
      error: expect.stringContaining(error),
    });
  });

  it("properties", async () => {
    expect(await client.set("gain", "high")).toMatchObject({ error: 'gain: expected number, got "high"' });
  });

  it("and nothing is warned of", () => {
    expect(logger.lines).toEqual([]);
  });
});

describe("where nothing is known of a value", () => {
  beforeEach(() => serveA(Untold));

  it("serving warns once, with the places and the cure, and names no method without parameters", () => {
    expect(logger.lines).toEqual([
      expect.stringMatching(
        /^warn: Untold: the arguments of some, other and the values set to gain are not checked, since nothing is known of some\(y, argument 3\); other\(argument 1, argument 2\); gain: .*@Arg\("x", \{ type: Number \}\)/,
      ),
    ]);
  });

  it("the number of arguments is checked all the same", async () => {
    expect(await client.call("some", [1, 2])).toEqual({ success: true, result: [1, 2, "),("] });
    expect(await client.call("some", [1])).toMatchObject({
      error: expect.stringContaining("missing its argument y"),
    });
    expect(await client.call("some", [1, 2, 3, 4])).toMatchObject({
      error: expect.stringContaining("takes 3 arguments, got 4"),
    });
    expect(await client.call("other", [])).toMatchObject({ success: false });
    expect(await client.call("other", [{}])).toEqual({ success: true, result: [1, [1, 2]] });
  });
});

it("one that is missing is told with how an optional one is declared", async () => {
  await serveA(Written);
  expect(await client.call("add", [])).toMatchObject({
    error: expect.stringContaining('@Arg("n", { optional: true })'),
  });
});

it("a decorator that wraps a method does not make its arguments optional", async () => {
  const { Wrapped } = compiledModule(`
    import { Arg, JsonMethod, RpcService } from "rigwire";
    const wrap = (_target: object, _name: string, descriptor: PropertyDescriptor) => {
      const inner = descriptor.value;
      descriptor.value = function (...args: unknown[]) { return inner.apply(this, args); };
    };
    @RpcService()
    export class Wrapped {
      @wrap @JsonMethod() add(@Arg("a", { type: Number }) a: number, @Arg("b", { type: Number }) b: number): number {
        return a + b;
      }
    }`);
  await serveA(Wrapped);
  expect(await client.call("add", [1])).toMatchObject({
    error: expect.stringContaining("missing its argument b"),
  });
  expect(await client.call("add", [1, 2])).toEqual({ success: true, result: 3 });
});
