import "reflect-metadata";
import { Type } from "class-transformer";
import {
  ArrayMinSize,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from "class-validator";
import { Subject } from "rxjs";
import {
  Arg,
  arrayOf,
  contractOf,
  ContractError,
  Integer,
  JsonMethod,
  oneOf,
  RpcProperty,
  RpcService,
  Signal,
  tupleOf,
} from "../../lib";
import { decodeInventory, inventoryReply } from "../../lib/wire/inventory";
import { Gear, Pace } from "../interop/gearbox";

class Step {
  @IsInt() @Min(0) @Max(100) target: number = 0;
  @IsOptional() @IsString() @Length(1, 20) note?: string;
}

class Plan {
  @ValidateNested({ each: true }) @ArrayMinSize(1) @Type(() => Step) steps: Step[] = [];
  @IsIn(["slow", "fast"]) mode: string = "slow";
}

@RpcService({ type: "stage" })
class Stage {
  @Signal(Number, { unit: "mm", precision: 3, show: "main" }) readonly moved = new Subject<number>();

  @RpcProperty({ unit: "mm/s", warn: [1, 15], record: true, description: "How fast it moves." })
  @Min(0.1)
  @Max(20)
  speed: number = 5;

  @RpcProperty({ choices: ["up", "down"], nullable: true }) direction: string = "up";

  @RpcProperty({ type: String }) @IsEnum(Pace) pace = Pace.Slow;
  @RpcProperty({ type: Number }) @IsEnum(Gear) gear = Gear.Neutral;
  @RpcProperty({ type: String, nullable: true }) @IsIn(["A", "B"]) channel: string | null = null;

  @RpcProperty() @Matches(/^[a-z]+$/) label: string = "left";

  @RpcProperty({ type: tupleOf(Integer, Integer), unit: "px" })
  @IsNumber({}, { each: true })
  @Min(1, { each: true })
  @Max(4_000, { each: true })
  resolution: [number, number] = [640, 480];

  @RpcProperty({ type: arrayOf(Number) }) @ArrayMinSize(1) @Min(0, { each: true }) weights: number[] = [1];

  @JsonMethod({ returns: Number, unit: "mm" })
  moveTo(@Arg("target", { unit: "mm", min: 0, max: 100, description: "Where to." }) target: number): number {
    return target;
  }

  @JsonMethod({ progress: Number, progressRange: [0, 100], unit: "%", precision: 1 })
  async *home(): AsyncGenerator<number, void> {
    yield 0;
  }

  @JsonMethod({ returns: arrayOf(Step) })
  scan(plan: Plan, @Arg("mail", { type: String, rules: [IsEmail()] }) mail: string): Step[] {
    return mail === "" ? [] : plan.steps;
  }
}

const IDENTITY = {
  name: "left",
  version: "1",
  instance: "i",
  clock: 0,
  signalPort: 1,
  maxMessageBytes: 1,
  maxTextBytes: 1,
  features: [],
};

function inventoryOf(type: new () => object) {
  const text = JSON.stringify(inventoryReply(contractOf(type), IDENTITY));
  return decodeInventory(JSON.parse(text) as Record<string, unknown>).rigwire;
}

describe("The inventory of a device", () => {
  const { members, definitions } = inventoryOf(Stage) ?? {};
  const member = (name: string) => members?.get(name);

  it("tells range, unit and what else is known of a property", () => {
    expect(member("speed")).toMatchObject({
      description: "How fast it moves.",
      record: true,
      schema: { type: "number", minimum: 0.1, maximum: 20, "x-unit": "mm/s", "x-warn": [1, 15] },
    });
  });

  it("tells the choices of a property, and that it may be null", () => {
    expect(member("direction")?.schema).toEqual({ enum: ["up", "down", null] });
    expect(member("channel")?.schema).toEqual({ type: ["string", "null"], enum: ["A", "B", null] });
  });

  it("tells a pattern that class-validator checks", () => {
    expect(member("label")?.schema).toEqual({ type: "string", pattern: "^[a-z]+$" });
  });

  it("tells the rules of each item of a tuple of each of its places, and of a list beside its type", () => {
    const side = { type: "integer", minimum: 1, maximum: 4_000 };
    expect(member("resolution")?.schema).toEqual({
      type: "array",
      prefixItems: [side, side],
      minItems: 2,
      maxItems: 2,
      "x-unit": "px",
    });
    expect(member("weights")?.schema).toEqual({
      type: "array",
      items: { type: "number", minimum: 0 },
      minItems: 1,
    });
  });

  it("tells what an argument must be", () => {
    expect(member("moveTo")?.parameters?.[0]?.schema).toEqual({
      type: "number",
      minimum: 0,
      maximum: 100,
      description: "Where to.",
      "x-unit": "mm",
    });
    expect(member("scan")?.parameters?.[1]?.schema).toEqual({ type: "string", format: "email" });
  });

  it("tells what a method gives back", () => {
    expect(member("moveTo")?.returnsSchema).toEqual({ type: "number", "x-unit": "mm" });
    expect(member("scan")?.returnsSchema).toEqual({ type: "array", items: { $ref: "#/$defs/Step" } });
  });

  it("tells what the progress of a method is, and where it begins and ends", () => {
    expect(member("home")?.progressSchema).toEqual({
      type: "number",
      "x-range": [0, 100],
      "x-unit": "%",
      "x-precision": 1,
    });
  });

  it("tells what a signal's values are", () => {
    expect(member("moved")).toMatchObject({
      show: "main",
      schemas: [{ type: "number", "x-unit": "mm", "x-precision": 3 }],
    });
  });

  it("tells the members of enums by their names", () => {
    expect(member("pace")?.schema).toEqual({
      type: "string",
      enum: ["slow", "very fast"],
      "x-enum-varnames": ["Slow", "VeryFast"],
    });
    expect(member("gear")?.schema).toMatchObject({
      enum: [-1, 0, 1],
      "x-enum-varnames": ["Reverse", "Neutral", "First"],
    });
  });

  it("tells the fields of classes, nested, with their rules, each class once", () => {
    expect(definitions).toEqual({
      Plan: {
        type: "object",
        properties: {
          steps: { type: "array", items: { $ref: "#/$defs/Step" }, minItems: 1 },
          mode: { type: "string", enum: ["slow", "fast"] },
        },
        required: ["steps", "mode"],
      },
      Step: {
        type: "object",
        properties: {
          target: { type: "integer", minimum: 0, maximum: 100 },
          note: { type: "string", minLength: 1, maxLength: 20 },
        },
        required: ["target"],
      },
    });
  });

  it("with 200 members takes less than 64 kB", () => {
    class Large {
      readonly isLarge = true;
    }
    for (let index = 0; index < 200; index++) {
      RpcProperty({
        type: oneOf(Integer, null),
        unit: "mm",
        precision: 3,
        warn: [0, 99],
        description: "Where the axis is, from its home position.",
      })(Large.prototype, `axisPosition${index}`);
    }
    RpcService()(Large);
    expect(JSON.stringify(inventoryReply(contractOf(Large), IDENTITY)).length).toBeLessThan(64_000);
  });
});

describe("A contract", () => {
  it.each([
    [{ unit: "" }, "unit"],
    [{ precision: -1 }, "precision"],
    [{ warn: [2, 1] as const }, "warn"],
  ])("refuses metadata that cannot be meant so: %j", (options, what) => {
    class Wrong {
      readonly isWrong = true;
    }
    RpcProperty({ type: Number, ...options })(Wrong.prototype, "position");
    RpcService()(Wrong);
    const make = () => contractOf(Wrong);
    expect(make).toThrow(ContractError);
    expect(make).toThrow(new RegExp(`Wrong.position: .*${what}`));
  });
});
