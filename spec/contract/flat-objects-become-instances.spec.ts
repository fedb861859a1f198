import { Exclude, Expose, plainToInstance, Transform, Type } from "class-transformer";
import "../../lib/index";
import { flatInstance } from "../../lib/contract/flat-instance";

class Plain {
  volts: number = 1;
  name?: string;
}

class Longer extends Plain {
  unit: string | null = null;
}

class Dated {
  volts: number = 0;
  @Type(() => Date) at: Date = new Date(0);
}

class Later extends Dated {}

class Doubled {
  @Transform(({ value }) => Number(value) * 2) volts: number = 0;
}

class Exposed {
  @Expose({ name: "v" }) volts: number = 0;
}

@Exclude()
class Hidden {
  @Expose() volts: number = 0;
}

class Guarded {
  private level = 0;
  get volts(): number {
    return this.level;
  }
  set volts(volts: number) {
    this.level = Math.abs(volts);
  }
}

class Acting {
  volts: number = 0;
  readonly measure = () => this.volts;
}

const FLAT = { volts: 5, name: "a", unit: null, isOn: true };

describe("An instance of a class made of a flat object", () => {
  it.each([Plain, Longer])("is what class-transformer makes: %p", (dto) => {
    const made = flatInstance(dto, FLAT);
    expect(made).toBeInstanceOf(dto);
    expect(made).toEqual(plainToInstance<object, object>(dto, FLAT));
    expect(flatInstance(dto, {})).toEqual(new dto());
  });

  it.each<[string, new () => object, object]>([
    ["a type is declared for a field", Dated, { at: "2026-01-01" }],
    ["a type is declared in a base class", Later, { at: "2026-01-01" }],
    ["a field is transformed", Doubled, { volts: 2 }],
    ["fields are exposed", Exposed, { v: 2 }],
    ["fields are excluded", Hidden, { volts: 2, secret: 1 }],
    ["a field is an accessor", Guarded, { volts: -2 }],
    ["a field is a function", Acting, { measure: "5" }],
    ["a key belongs to every object", Plain, JSON.parse('{"__proto__": 1}') as object],
    ["a value is a list", Plain, { volts: [1] }],
    ["a value is an object", Plain, { volts: {} }],
    ["it is an instance already", Plain, new Longer()],
  ])("is left to class-transformer where %s", (_what, dto, plain) => {
    expect(flatInstance(dto, plain)).toBeUndefined();
  });
});
