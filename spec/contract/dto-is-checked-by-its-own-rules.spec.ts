import fc from "../support/seeded-fast-check";
import { Transform, Type } from "class-transformer";
import {
  ArrayMaxSize,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsPositive,
  Max,
  registerDecorator,
  validate,
  ValidateNested,
} from "class-validator";
import { arrayOf, ValidationError } from "rigwire";
import { type Unchecked } from "../../lib/contract/constraints";
import { convertValue } from "../../lib/contract/convert-value";
import { checkConstraints } from "../../lib/contract/rule-checks";
import { valueType, type TypeSpec } from "../../lib/contract/value-type";

class Point {
  @IsNumber() x!: number;
  @IsNumber() @Max(100, { message: "y is past the end of the rail" }) y!: number;

  get distance(): number {
    return Math.hypot(this.x, this.y);
  }
}

class Path {
  @IsIn(["linear", "arc"]) kind!: string;
  @ValidateNested() @Type(() => Point) from!: Point;
  @ValidateNested({ each: true }) @Type(() => Point) @ArrayMaxSize(3) via: Point[] = [];
  @IsOptional() @IsInt() @IsPositive() steps?: number;
}

class Named {
  @Transform(({ value }) => String(value).trim()) name!: string;
  note = "none";
}

async function take(type: TypeSpec, value: unknown): Promise<unknown> {
  const unchecked: Unchecked[] = [];
  const converted = convertValue(valueType(type), value, "target", unchecked);
  await checkConstraints(unchecked);
  return converted;
}

describe("an object for a DTO class", () => {
  it("becomes an instance of it, with all it can do", async () => {
    const point = await take(Point, { x: 3, y: 4 });

    expect(point).toBeInstanceOf(Point);
    expect((point as Point).distance).toBe(5);
  });

  it("has its nested objects made instances as well", async () => {
    const path = (await take(Path, {
      kind: "arc",
      from: { x: 3, y: 4 },
      via: [{ x: 0, y: 0 }],
    })) as Path;

    expect(path.from.distance).toBe(5);
    expect(path.via[0]).toBeInstanceOf(Point);
  });

  it("keeps the defaults of the class for what is not given", async () => {
    expect(await take(Named, { name: " cam " })).toEqual({ name: "cam", note: "none" });
  });

  it("is refused in the validator's words, with the place", async () => {
    await expect(take(Point, { x: "a", y: 1 })).rejects.toThrow(
      new ValidationError("target: x must be a number conforming to the specified constraints"),
    );
  });

  it("is refused with every rule that it breaks", async () => {
    await expect(take(Point, { x: "a", y: 101 })).rejects.toThrow(
      "target: x must be a number conforming to the specified constraints; target: y is past the end of the rail",
    );
  });

  it("is refused for what is nested in it", async () => {
    const path = { kind: "arc", from: { x: 0, y: 200 }, via: [{ x: 0, y: 0 }, { x: 1 }] };

    await expect(take(Path, path)).rejects.toThrow("target.from: y is past the end of the rail");
    await expect(take(Path, path)).rejects.toThrow("target.via.1: y must be a number");
  });

  it.each([null, 5, "text", [{}], true])("is refused where it is %j", async (value) => {
    await expect(take(Point, value)).rejects.toThrow(/^target: expected Point, got/);
  });

  it("is checked in every place of a list", async () => {
    const points = [
      { x: 1, y: 1 },
      { x: 1, y: 2 },
    ];
    const taken = (await take(arrayOf(Point), points)) as Point[];

    expect(taken.map((point) => point instanceof Point)).toEqual([true, true]);
    await expect(take(arrayOf(Point), [...points, { x: 1, y: 300 }])).rejects.toThrow(
      new ValidationError("target[2]: y is past the end of the rail"),
    );
    await expect(take(arrayOf(Point), [null])).rejects.toThrow("target[0]: expected Point, got null");
  });

  it("is checked by rules that take time", async () => {
    class Reserved {
      @IsFree() slot!: string;
    }

    await expect(take(Reserved, { slot: "A1" })).resolves.toEqual({ slot: "A1" });
    await expect(take(Reserved, { slot: "B2" })).rejects.toThrow("target: slot is taken");
  });

  it.each([true, false])("is refused where a rule that takes time fails, and said so: %j", async (isSaid) => {
    let asked = 0;
    const fail = () => {
      asked += 1;
      return Promise.reject(new Error("the plan of the slots is away"));
    };
    class LookedUp {
      @HasRule({ async: isSaid, validate: fail }) slot!: string;
    }

    await expect(take(LookedUp, { slot: "A1" })).rejects.toThrow("the plan of the slots is away");
    // It can be known to take time only where it says so.
    expect(asked).toBe(isSaid ? 1 : 2);
  });

  it("passes by the rules of its class exactly where class-validator says so", async () => {
    class Step {
      @IsOptional() @IsInt() @IsPositive() count?: number | null;
      @IsNumber() @Max(10) size!: number;
      @IsIn(["x", "y"]) axis!: string;
    }
    const value = fc.oneof(
      fc.constantFrom(undefined, null, "x", "y", "", true, NaN, 1.5),
      fc.integer({ min: -2, max: 12 }),
    );
    const steps = fc.record({ count: value, size: value, axis: value });
    const sensible = fc.record({
      count: fc.constantFrom(undefined, null, 1, 2),
      size: fc.integer({ max: 10 }),
      axis: fc.constantFrom("x", "y"),
    });

    await fc.assert(
      fc.asyncProperty(fc.oneof(steps, sensible), async (plain) => {
        const step = Object.assign(new Step(), plain);
        const violations = await validate(step);
        const checking = Promise.resolve(checkConstraints([{ place: "step", instance: step }]));
        await expect(checking.then(() => true).catch(() => false)).resolves.toBe(violations.length === 0);
      }),
      { numRuns: 300 },
    );
  });

  it("is checked at once where nothing has to be waited for", () => {
    expect(
      checkConstraints([{ place: "point", instance: Object.assign(new Point(), { x: 1, y: 2 }) }]),
    ).toBeUndefined();
  });

  it("is checked by the rules that its class inherits", async () => {
    class Point3 extends Point {
      z = 0;
    }

    await expect(take(Point3, { x: 1, y: 300, z: 1 })).rejects.toThrow("past the end of the rail");
  });

  it("reaches no prototype", async () => {
    const hostile = JSON.parse(
      '{"name": "a", "__proto__": {"polluted": 1}, "constructor": {"prototype": {}}}',
    ) as object;
    const named = (await take(Named, hostile)) as Named & { polluted?: number };

    expect(Object.getPrototypeOf(named)).toBe(Named.prototype);
    expect(named.polluted).toBeUndefined();
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

function IsFree(): PropertyDecorator {
  return HasRule({ async: true, validate: (value) => Promise.resolve(value === "A1") });
}

function HasRule(rule: { async: boolean; validate(value: unknown): Promise<boolean> }): PropertyDecorator {
  return (prototype, propertyName) => {
    registerDecorator({
      name: "isFree",
      target: prototype.constructor,
      propertyName: String(propertyName),
      async: rule.async,
      validator: { validate: (value) => rule.validate(value), defaultMessage: () => "$property is taken" },
    });
  };
}
