import { IsIn, IsInt, IsOptional, Max, Min } from "class-validator";
import {
  Arg,
  arrayOf,
  BufferMethod,
  contractOf,
  JsonMethod,
  oneOf,
  RpcProperty,
  RpcService,
  Signal,
} from "rigwire";
import { Subject } from "rxjs";
import { contractFromInventory } from "../../lib/client/contract-from-inventory";
import { contractChanges } from "../../lib/cli/contract/diff/contract-changes";
import { decodeInventory, inventoryReply } from "../../lib/wire/inventory";
import { commandLine } from "./support/command-line";

const IDENTITY = {
  name: "",
  version: "1",
  instance: "",
  clock: 0,
  signalPort: 0,
  maxMessageBytes: 1,
  maxTextBytes: 1,
  features: [],
};

/** What became of a contract: `MEMBER: VERDICT: REASON` each. */
function changes(before: new () => object, after: new () => object): readonly string[] {
  return contractChanges(told(before), told(after)).map(
    ({ member, verdict, reason }) => `${member}: ${verdict}: ${reason}`,
  );
}

function told(type: new () => object) {
  const text = JSON.stringify(inventoryReply(contractOf(type), IDENTITY));
  const inventory = decodeInventory(JSON.parse(text) as Record<string, unknown>);
  return { name: type.name, inventory, contract: contractFromInventory(inventory) };
}

class Step {
  @IsInt() @Max(100) target: number = 0;
  @IsOptional() note?: string;
}

@RpcService({ type: "stage" })
class Stage {
  @Signal(Number, { unit: "mm" }) readonly moved = new Subject<number>();
  @RpcProperty({ unit: "mm/s" }) @Min(1) @Max(20) speed: number = 5;
  @RpcProperty({ notify: "moved" }) position: number = 0;
  @RpcProperty() @IsIn(["up", "down"]) direction: string = "up";
  @JsonMethod() go(@Arg("mode", { choices: ["slow", "fast"] }) mode: string): void {
    this.direction = mode;
  }
  @JsonMethod({ returns: oneOf(Step, null) }) last(): Step | null {
    return null;
  }
  @JsonMethod({ returns: arrayOf(Step) }) run(@Arg("step") step: Step): Step[] {
    return [step];
  }
  @JsonMethod() stop(): void {
    // Nothing to tell.
  }
}

describe("Two contracts", () => {
  it("that say the same have no difference", () => {
    expect(changes(Stage, Stage)).toEqual([]);
  });

  it("are compatible where there is more, and what is taken is wider", () => {
    @RpcService({ type: "stage" })
    class Later extends Stage {
      went: readonly unknown[] = [];
      @RpcProperty() gain: number = 1;
      @JsonMethod({ interrupts: true, timeout: 5 }) override stop(): void {
        // Nothing to tell.
      }
      @JsonMethod() override go(
        @Arg("mode", { choices: ["slow", "fast", "still"] }) mode: string,
        @Arg("by", { optional: true, type: Number }) by?: number,
      ): void {
        this.went = [mode, by];
      }
    }
    expect([...changes(Stage, Later)].sort()).toEqual([
      "gain: compatible: a new property",
      "go: compatible: a new parameter by, which may be left out",
      'go: compatible: mode: also "still"',
      "stop: compatible: callers wait 5 ms, and waited 10000 ms",
      "stop: compatible: it interrupts now",
    ]);
  });

  it("break callers where members are gone, less is taken, or something unknown is given", () => {
    class Step {
      @IsOptional() @IsInt() @Max(200) target?: number;
    }
    @RpcService({ type: "table" })
    class Later {
      went: readonly unknown[] = [];
      @Signal(Number, { unit: "um" }) readonly moved = new Subject<number>();
      @RpcProperty({ unit: "mm/s" }) @Min(1) @Max(10) speed: number = 5;
      @RpcProperty({ readonly: true }) position: number = 0;
      @RpcProperty() @IsIn(["up", "left"]) direction: string = "up";
      @JsonMethod() go(
        @Arg("mode", { choices: ["slow"] }) mode: string,
        @Arg("by", { type: Number }) by: number,
      ): void {
        this.went = [mode, by];
      }
      @JsonMethod({ returns: oneOf(Step, null, Number) }) last(): Step | null {
        return null;
      }
      @BufferMethod() run(): Buffer {
        return Buffer.of();
      }
    }
    const found = changes(Stage, Later);
    expect(found).toEqual(
      expect.arrayContaining([
        ": breaks callers: the type stage is table now: who looks for stage does not find it",
        "moved: breaks callers: mm is um now",
        "speed: breaks callers: max 20 is 10 now",
        "position: breaks callers: it can no longer be set",
        "position: breaks callers: moved no longer tells its new values",
        'direction: breaks callers: no longer "down"',
        'direction: breaks callers: also "left"',
        'go: breaks callers: mode: no longer "fast"',
        "go: breaks callers: a new parameter by, which callers do not give",
        "last: breaks callers: result: Step | null is Step | null | number now",
        "last: breaks callers: result.target: max 100 is 200 now",
        "last: breaks callers: result.target: may be left out now",
        "last: breaks callers: result.note: there is no such field any more",
        "run: breaks callers: its result, JSON, is bytes now",
        "run: breaks callers: there is no parameter step any more",
        "stop: breaks callers: there is no such method any more",
      ]),
    );
  });

  it("break devices where less is given than before", () => {
    class Step {
      @IsInt() @Max(50) target: number = 0;
      @IsInt() note: number = 0;
    }
    @RpcService({ type: "stage" })
    class Later extends Stage {
      @JsonMethod({ returns: Step }) override last(): never {
        throw new Error("there is none");
      }
    }
    expect(changes(Stage, Later)).toEqual([
      "last: breaks devices: result: Step | null is Step now",
      "last: breaks devices: result.target: max 100 is 50 now",
      "last: breaks callers: result.note: string is integer now",
      "last: breaks devices: result.note: must be there now",
    ]);
  });
});

const rigwire = commandLine();

const LAMP = (options: string) => `
  import { RpcProperty, RpcService } from "rigwire";

  @RpcService({ type: "lamp" })
  export class Lamp {
    @RpcProperty({ ${options} }) brightness: number = 1;
  }
`;

describe("rigwire diff", () => {
  it("compares a saved inventory, a running device and a class, and ends with 1 where something breaks", async () => {
    rigwire.write("lamp.ts", LAMP("min: 0, max: 10"));
    rigwire.write("darker.ts", LAMP("min: 0, max: 5"));
    const { url } = JSON.parse(await rigwire.start("serve", "lamp.ts", "--json").line()) as { url: string };
    const saved = await rigwire.run("types", url, "--as", "inventory");
    rigwire.write("lamp.json", saved.stdout);
    const [same, breaking, json] = await Promise.all([
      rigwire.run("diff", "lamp.json", "lamp.ts"),
      rigwire.run("diff", url, "darker.ts"),
      rigwire.run("diff", "lamp.json", "darker.ts", "--json"),
    ]);
    expect(same).toEqual({ code: 0, stdout: "nothing differs\n", stderr: "" });
    expect(breaking).toEqual({
      code: 1,
      stdout: "breaks callers\n  brightness  max 10 is 5 now; no program is known to use it\n",
      stderr: "",
    });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      member: "brightness",
      verdict: "breaks callers",
      reason: "max 10 is 5 now",
    });
  });

  it("says what a file is not", async () => {
    rigwire.write("broken.json", "[1]");
    const results = await Promise.all([
      rigwire.run("diff", "broken.json", "broken.json"),
      rigwire.run("diff", "absent.json", "broken.json"),
    ]);
    expect(results.map(({ code }) => code)).toEqual([2, 2]);
    expect(results[0].stderr).toContain("broken.json is no saved inventory: it holds no object");
    expect(results[1].stderr).toContain("there is no file absent.json: save one with");
  });
});
