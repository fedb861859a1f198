import { Subject } from "rxjs";
import {
  Arg,
  contractOf,
  Integer,
  JsonMethod,
  remote,
  RpcProperty,
  RpcService,
  Signal,
  type MethodContract,
} from "rigwire";

@RpcService({ type: "device", naming: "snake_case" })
abstract class Base {
  @Signal(Number) readonly valueChanged = new Subject<number>();
  @RpcProperty({ notify: "valueChanged" }) value = 0;

  @JsonMethod({ timeout: 1_000 })
  moveTo(@Arg("target") target: number, @Arg("speed") speed: number): Promise<string> {
    return remote(target, speed);
  }
}

abstract class Middle extends Base {
  @JsonMethod() describeIt(): string {
    return "middle";
  }
}

@RpcService()
class Leaf extends Middle {
  @RpcProperty() ownProperty = true;

  override moveTo(target: number, speed = 1): Promise<string> {
    return Promise.resolve(`${target} at ${speed}`);
  }
}

describe("a class that extends a service", () => {
  it("promises what each class of the chain promises", () => {
    expect([...contractOf(Leaf).members.keys()].sort()).toEqual(
      ["describeIt", "moveTo", "ownProperty", "value", "valueChanged"].sort(),
    );
  });

  it("adds nothing to what it extends", () => {
    expect([...contractOf(Base).members.keys()].sort()).toEqual(["moveTo", "value", "valueChanged"]);
  });

  it("inherits type and naming, and may say one of them anew", () => {
    @RpcService({ type: "leaf" })
    class Other extends Leaf {}

    expect(contractOf(Leaf).type).toBe("device");
    expect([...contractOf(Leaf).properties.keys()]).toContain("own_property");
    expect(contractOf(Other).type).toBe("leaf");
    expect([...contractOf(Other).properties.keys()]).toContain("own_property");
  });

  it("is of its contract's type, if it is not itself declared a service", () => {
    @RpcService()
    abstract class CameraContract {
      @RpcProperty() abstract gain: number;
    }
    class PiCamera extends CameraContract {
      gain = 1;
    }
    @RpcService()
    class NamedCamera extends CameraContract {
      gain = 1;
    }

    expect(contractOf(PiCamera).type).toBe("camera-contract");
    expect(contractOf(NamedCamera).type).toBe("named-camera");
  });

  it("is known by its own name", () => {
    expect(contractOf(Leaf).name).toBe("Leaf");
  });

  it("keeps the names and types of parameters in an override, and takes its defaults", () => {
    expect(method(Leaf, "moveTo")).toMatchObject({
      timeoutMs: 1_000,
      parameters: [
        { name: "target", type: { kind: "number" }, optional: false },
        { name: "speed", type: { kind: "number" }, optional: true },
      ],
    });
  });

  it("may decorate a member anew, which replaces what was said of it", () => {
    class Slow extends Leaf {
      @JsonMethod({ timeout: 60_000, wireName: "go" })
      override moveTo(@Arg("target", { type: Integer }) target: number, speed: number = 1): Promise<string> {
        return super.moveTo(target, speed);
      }
    }

    expect(method(Slow, "moveTo")).toMatchObject({ timeoutMs: 60_000, wireName: "go" });
    expect(method(Slow, "moveTo").parameters).toMatchObject([
      { name: "target", type: { kind: "integer" } },
      { name: "speed", type: { kind: "number" }, optional: true },
    ]);
    expect(method(Leaf, "moveTo").wireName).toBe("move_to");
  });

  it("may name the parameters of an inherited method that it overrides", () => {
    @RpcService()
    abstract class Unnamed {
      @JsonMethod() scale(factor: number): number {
        return remote(factor);
      }
    }
    class Named extends Unnamed {
      override scale(@Arg("factor") factor: number): number {
        return factor;
      }
    }

    expect(method(Named, "scale").parameters).toMatchObject([{ name: "factor", type: { kind: "number" } }]);
  });

  it("may give a promised field an accessor without a setter, which makes it read-only", () => {
    @RpcService()
    abstract class Promised {
      @RpcProperty() abstract readonly url: string;
    }
    class Kept extends Promised {
      host = "here";
      get url(): string {
        return `http://${this.host}/`;
      }
    }

    expect(contractOf(Promised).properties.get("url")?.readonly).toBe(false);
    expect(contractOf(Kept).properties.get("url")?.readonly).toBe(true);
  });
});

function method(type: new () => object, member: string): MethodContract {
  const found = contractOf(type).members.get(member);
  if (found?.kind !== "method") throw new Error(`${member} is no method`);
  return found;
}
