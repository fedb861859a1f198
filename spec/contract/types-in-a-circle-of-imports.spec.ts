import "reflect-metadata";
import { Subject } from "rxjs";
import {
  Arg,
  arrayOf,
  Constructor,
  contractOf,
  enumOf,
  InjectClient,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  tupleOf,
  type TypeSpec,
} from "rigwire";
import { IsPositive } from "class-validator";
import { closing } from "../support/closing";
import { rawClient } from "../support/raw-client";

/** As an import is while its file is still being run. */
const missing = undefined as unknown as Constructor<object>;

/** What the compiler writes down of a class that is not there yet. */
function passOn(type: object, member: string, types: readonly unknown[]): void {
  Reflect.defineMetadata("design:paramtypes", types, type, member);
}

describe("a type that is not there yet", () => {
  it("fails when the class is first used, where the compiler passed it on", () => {
    @RpcService()
    class Stage {
      @JsonMethod() run(@Arg("step") step: object): object {
        return step;
      }
    }
    passOn(Stage.prototype, "run", [undefined]);

    expect(() => contractOf(Stage)).toThrow(
      /^Stage\.run: step: its type is undefined: do the imports go in a circle.* type: \(\) => Step$/,
    );
  });

  it("fails when the class is first used, where it was written out", () => {
    @RpcService()
    class Stage {
      @JsonMethod() run(@Arg("step", { type: missing }) step: object): object {
        return step;
      }
    }
    @RpcService()
    class Named {
      @JsonMethod({ args: [Arg("step", missing)] }) run(step: object): object {
        return step;
      }
    }
    @RpcService()
    class Holding {
      @RpcProperty({ type: missing }) step: object = {};
    }

    expect(() => contractOf(Stage)).toThrow("Stage.run: step: its type is undefined");
    expect(() => contractOf(Named)).toThrow("Named.run: step: its type is undefined");
    expect(() => contractOf(Holding)).toThrow("Holding.step: its type is undefined");
  });

  it("is told where an enum is not there yet", () => {
    expect(() => enumOf(undefined as unknown as Record<string, string>)).toThrow("type: () => enumOf(…)");
  });

  it("is told where a client is injected", () => {
    expect(() => InjectClient(missing)).toThrow("given no class");
  });
});

describe("a type that is asked later", () => {
  it("is checked everywhere a type can stand", async () => {
    const later: TypeSpec = () => Step;
    @RpcService()
    class Stage {
      @Signal(later) readonly moved = new Subject<Step>();
      @RpcProperty({ type: later }) step: unknown = null;
      @JsonMethod() one(@Arg("step", { type: () => Step }) step: unknown): boolean {
        return step instanceof Step;
      }
      @JsonMethod() list(@Arg("steps", { type: arrayOf(later) }) steps: unknown[]): boolean {
        return steps.every((step) => step instanceof Step);
      }
      @JsonMethod() pair(@Arg("pair", { type: tupleOf(later, Number) }) pair: unknown[]): boolean {
        return pair[0] instanceof Step;
      }
    }
    class Step {
      @IsPositive() mm!: number;
    }

    const client = rawClient(closing(await serve(new Stage())).url);
    expect(await client.call("one", [{ mm: 1 }])).toEqual({ success: true, result: true });
    expect(await client.call("list", [[{ mm: 1 }]])).toEqual({ success: true, result: true });
    expect(await client.call("pair", [[{ mm: 1 }, 2]])).toEqual({ success: true, result: true });
    for (const [method, value] of [
      ["one", { mm: -1 }],
      ["list", [{ mm: -1 }]],
      ["pair", [{ mm: -1 }, 2]],
    ] as const) {
      expect(await client.call(method, [value])).toMatchObject({
        error: expect.stringContaining("mm must be a positive number"),
      });
    }
    expect(await client.set("step", { mm: -1 })).toMatchObject({ success: false });
  });
});
