import { IsEmail, Min } from "class-validator";
import {
  Arg,
  arrayOf,
  contractOf,
  enumOf,
  Integer,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
} from "rigwire";
import { closing } from "../support/closing";
import { rawClient, type RawClient } from "../support/raw-client";

enum Valve {
  Open = "OPEN",
  Closed = "CLOSED",
}

enum Level {
  Low,
  High = 5,
}

@RpcService()
class Rig {
  @JsonMethod() turn(@Arg("state", { type: enumOf(Valve) }) state: Valve): Valve {
    return state;
  }
  @JsonMethod() raise(@Arg("level", { type: enumOf(Level) }) level: Level): Level {
    return level;
  }
  @JsonMethod() all(@Arg("states", { type: arrayOf(enumOf(Valve)) }) states: Valve[]): Valve[] {
    return states;
  }
  @JsonMethod() mode(@Arg("mode", { choices: ["A", "B"] }) mode: "A" | "B"): string {
    return mode;
  }
  @JsonMethod() move(@Arg("mm", { type: Integer, min: 0, max: 100 }) mm: number): number {
    return mm;
  }
  @JsonMethod() aim(@Arg("angles", { min: -90 }) ...angles: number[]): number[] {
    return angles;
  }
  @JsonMethod() invite(@Arg("to", { rules: [IsEmail()] }) to: string): string {
    return to;
  }
  @RpcProperty({ min: 1, max: 5, rules: [Min(2)] }) gain: number = 3;
  @RpcProperty({ choices: ["STILL", "VIDEO"] }) shutter: string = "STILL";
}

let client: RawClient;

beforeEach(async () => {
  client = rawClient(closing(await serve(new Rig())).url);
});

describe("the rules of an argument", () => {
  it.each<[string, unknown[], unknown]>([
    ["turn", ["OPEN"], "OPEN"],
    ["raise", [0], 0],
    ["raise", ["5"], 5],
    ["all", [["OPEN", "CLOSED"]], ["OPEN", "CLOSED"]],
    ["mode", ["B"], "B"],
    ["move", [100], 100],
    ["aim", [1, -90], [1, -90]],
    ["invite", ["a@b.org"], "a@b.org"],
  ])("let %s(%j) pass", async (method, args, result) => {
    expect(await client.call(method, args)).toEqual({ success: true, result });
  });

  it.each<[string, unknown[], string]>([
    ["turn", ["NOPE"], 'state: expected "OPEN" | "CLOSED", got "NOPE"'],
    ["turn", ["Open"], "state: expected"],
    ["raise", [1], "level: expected 0 | 5, got 1"],
    ["raise", ["Low"], 'level: expected 0 | 5, got "Low"'],
    ["all", [["OPEN", "NOPE"]], 'states[1]: expected "OPEN" | "CLOSED", got "NOPE"'],
    ["mode", ["C"], 'mode: expected "A" | "B", got "C"'],
    ["move", [-1], "mm must not be less than 0, and is -1"],
    ["move", [101], "mm must not be greater than 100, and is 101"],
    ["aim", [0, -91], "angles must not be less than -90"],
    ["invite", ["nobody"], "to must be an email"],
  ])("refuse %s(%j)", async (method, args, error) => {
    expect(await client.call(method, args)).toMatchObject({
      success: false,
      error: expect.stringContaining(error),
      reason: "invalid",
    });
  });
});

describe("the rules of a property", () => {
  it.each<[string, unknown, string]>([
    ["gain", 6, "gain must not be greater than 5"],
    ["gain", 1, "gain must not be less than 2"],
    ["shutter", "OFF", 'shutter: expected "STILL" | "VIDEO"'],
  ])("refuse %s = %j", async (property, value, error) => {
    expect(await client.set(property, value)).toMatchObject({
      success: false,
      error: expect.stringContaining(error),
    });
  });

  it("let the others pass", async () => {
    expect(await client.set("gain", 4)).toEqual({ success: true });
    expect(await client.set("shutter", "VIDEO")).toEqual({ success: true });
  });
});

describe("rules that cannot be", () => {
  it("are told when the class is first used", () => {
    @RpcService()
    class Words {
      @JsonMethod() say(@Arg("word", { min: 1 }) word: string): string {
        return word;
      }
    }
    @RpcService()
    class Lists {
      @JsonMethod() say(@Arg("words", { choices: ["a"] }) words: string[]): string[] {
        return words;
      }
    }
    @RpcService()
    class Nothing {
      @JsonMethod() say(@Arg("word", { choices: [] }) word: string): string {
        return word;
      }
    }

    expect(() => contractOf(Words)).toThrow("Words.say: word: min and max are for numbers, not for string");
    expect(() => contractOf(Lists)).toThrow(
      "Lists.say: words: choices are of texts and numbers, not of array",
    );
    expect(() => contractOf(Nothing)).toThrow("there is nothing to choose from");
  });
});
