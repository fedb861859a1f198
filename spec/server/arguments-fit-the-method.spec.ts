import { IsPositive } from "class-validator";
import { Arg, arrayOf, Integer, JsonMethod, RpcService, serve } from "rigwire";
import { closing } from "../support/closing";
import { rawClient, type RawClient } from "../support/raw-client";

class Target {
  @IsPositive() x!: number;
}

const seen = (...args: unknown[]) => args.map((arg) => (arg === undefined ? "undefined" : arg));

@RpcService()
class Device {
  @JsonMethod() none(): unknown[] {
    return seen("called");
  }

  @JsonMethod()
  move(
    @Arg("x") x: number,
    @Arg("y") y: number = 7,
    @Arg("mode", { optional: true }) mode?: string,
  ): unknown[] {
    return seen(x, y, mode);
  }

  @JsonMethod() unnamed(first: number, second: string): unknown[] {
    return seen(first, second);
  }

  @JsonMethod() all(
    @Arg("label") label: string,
    @Arg("values", { rest: true }) ...values: number[]
  ): unknown[] {
    return seen(label, ...values);
  }

  @JsonMethod() label(@Arg("text", { nullable: true }) text: string | null): unknown[] {
    return seen(text);
  }

  @JsonMethod() crop(@Arg("box", { type: arrayOf(Integer) }) box: number[]): unknown[] {
    return seen(box);
  }

  @JsonMethod() aim(@Arg("target") target: Target): unknown[] {
    return seen(target instanceof Target, target.x);
  }

  @JsonMethod() aimAll(@Arg("targets", { type: arrayOf(Target) }) targets: Target[]): unknown[] {
    return targets.map(({ x }) => x);
  }
}

let client: RawClient;

beforeEach(async () => {
  client = rawClient(closing(await serve(new Device())).url);
});

describe("the arguments of a call", () => {
  it.each<[string, string, unknown[], Record<string, unknown>, unknown[]]>([
    ["none", "none", [], {}, ["called"]],
    ["by place", "move", [1, 2, "fast"], {}, [1, 2, "fast"]],
    ["by name", "move", [], { mode: "fast", y: 2, x: 1 }, [1, 2, "fast"]],
    ["some by place, some by name", "move", [1], { mode: "fast", y: 2 }, [1, 2, "fast"]],
    ["defaults for what is left out at the end", "move", [1], {}, [1, 7, "undefined"]],
    ["defaults for what is left out in between", "move", [1], { mode: "fast" }, [1, 7, "fast"]],
    ["without names, by place", "unnamed", [1, "a"], {}, [1, "a"]],
    ["a rest of many", "all", ["a", 1, "2", 3], {}, ["a", 1, 2, 3]],
    ["a rest of none", "all", ["a"], {}, ["a"]],
    ["converted as declared", "move", ["1", "2.5", 3], {}, [1, 2.5, "3"]],
    ["null where it is allowed", "label", [null], {}, [null]],
    ["a list", "crop", [[1, "2"]], {}, [[1, 2]]],
    ["a DTO", "aim", [{ x: 5 }], {}, [true, 5]],
    ["a DTO by name", "aim", [], { target: { x: 5 } }, [true, 5]],
    ["a list of DTOs", "aimAll", [[{ x: 5 }, { x: 6 }]], {}, [5, 6]],
  ])("reach the method: %s", async (_name, method, args, kwargs, result) => {
    expect(await client.call(method, args, kwargs)).toEqual({ success: true, result });
  });

  it.each<[string, string, unknown[], Record<string, unknown>, string]>([
    ["too many for a method without any", "none", [1], {}, "none() takes no arguments, got 1"],
    ["too many", "move", [1, 2, "a", 4], {}, "move() takes 3 arguments, got 4"],
    ["too many for one", "label", ["a", "b"], {}, "label() takes 1 argument, got 2"],
    ["one that is missing", "move", [], {}, "move() is missing its argument x"],
    ["one that is missing between others", "move", [], { y: 2 }, "move() is missing its argument x"],
    [
      "one that is missing and has no name",
      "unnamed",
      [1],
      {},
      "unnamed() is missing its argument argument 2",
    ],
    ["an unknown name", "move", [1], { z: 2 }, 'move() has no argument "z": its arguments are x, y, mode'],
    ["an inherited name", "move", [1], { toString: 2 }, 'move() has no argument "toString"'],
    ["a name where there are none", "unnamed", [1], { second: "a" }, "it takes none by name"],
    ["the name of a rest", "all", ["a"], { values: [1] }, 'all() has no argument "values"'],
    ["one given twice", "move", [1, 2], { x: 3 }, 'move() got "x" twice, by place and by name'],
    ["a word for a number", "move", ["abc"], {}, 'x: expected number, got "abc"'],
    ["an empty text for a number", "move", [""], {}, 'x: expected number, got ""'],
    ["a wrong one without a name", "unnamed", ["abc", "a"], {}, 'argument 1: expected number, got "abc"'],
    ["a wrong one of a rest", "all", ["a", 1, "b"], {}, 'values: expected number, got "b"'],
    ["null where it is not allowed", "move", [null], {}, "x: expected number, got null"],
    ["null for one that may be left out", "move", [1, null], {}, "y: expected number, got null"],
    ["a wrong item", "crop", [[1, 1.5]], {}, "box[1]: expected integer, got 1.5"],
    ["a DTO that breaks its rules", "aim", [{ x: -1 }], {}, "target: x must be a positive number"],
    ["no DTO", "aim", ["here"], {}, 'target: expected Target, got "here"'],
    [
      "a list with a bad DTO",
      "aimAll",
      [[{ x: 1 }, { x: 0 }]],
      {},
      "targets[1]: x must be a positive number",
    ],
  ])("are refused as the caller's mistake: %s", async (_name, method, args, kwargs, error) => {
    expect(await client.call(method, args, kwargs)).toEqual({
      success: false,
      error: expect.stringContaining(error),
      traceback: "",
      reason: "invalid",
    });
  });

  it("of an inherited name on the object prototype are refused", async () => {
    const request =
      '{"event":"METHOD_CALL","method":"move","params":{"args":[1],"kwargs":{"__proto__":{"y":5}}}}';

    expect(JSON.parse(String(await client.exchange(request)))).toMatchObject({
      error: 'move() has no argument "__proto__": its arguments are x, y, mode',
    });
  });
});
