import { Arg, contractOf, Integer, JsonMethod, remote, RpcProperty, RpcService } from "rigwire";

@RpcService()
abstract class Contract {
  @JsonMethod() moveTo(
    @Arg("target", { min: 0, max: 100 }) target: number,
    @Arg("mode", { type: String }) mode: unknown,
  ): Promise<number> {
    return remote(target, mode);
  }
  @RpcProperty() abstract value: unknown;
}

function parametersOf(type: new () => object) {
  const method = contractOf(type).members.get("moveTo");
  return method?.kind === "method" ? method.parameters : undefined;
}

describe("an override", () => {
  it("adds parameters, and says types and names anew, also without decorating the method", () => {
    class Stage extends Contract {
      value = 1;
      override moveTo(
        @Arg("target", { type: Integer }) target: number,
        mode: unknown,
        @Arg("speed") speed: number = 5,
      ): Promise<number> {
        return Promise.resolve(target + Number(mode) + speed);
      }
    }

    expect(parametersOf(Stage)).toMatchObject([
      { name: "target", type: { kind: "integer" }, optional: false, check: { min: 0, max: 100 } },
      { name: "mode", type: { kind: "string" }, optional: false },
      { name: "speed", type: { kind: "number" }, optional: true },
    ]);
  });

  it("that nothing is said of keeps what it extends, and its own parameters are counted", () => {
    class Stage extends Contract {
      value = 1;
      override moveTo(target: number, mode: unknown = "a", speed = 5): Promise<number> {
        return Promise.resolve(target + Number(mode) + speed);
      }
    }

    expect(parametersOf(Stage)).toMatchObject([
      { name: "target", type: { kind: "number" }, optional: false },
      { name: "mode", type: { kind: "string" }, optional: true },
      { name: undefined, type: { kind: "any" }, isUnchecked: true, optional: true },
    ]);
  });

  it("gives a property a narrower type", () => {
    class Stage extends Contract {
      @RpcProperty() value: number = 1;
    }

    expect(contractOf(Stage).properties.get("value")?.type).toEqual({ kind: "number" });
  });
});
