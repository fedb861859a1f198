import { type Observable, Subject } from "rxjs";
import {
  Arg,
  arrayOf,
  BufferMethod,
  type BufferResult,
  contractOf,
  Integer,
  JsonMethod,
  remote,
  RpcProperty,
  RpcService,
  Signal,
  tupleOf,
  type MethodContract,
  type PropertyContract,
} from "rigwire";

@RpcService({ type: "camera", naming: "snake_case" })
class Camera {
  @Signal(String) readonly modeChanged = new Subject<string>();
  @Signal(Integer, tupleOf(Number, Number), { wireName: "MOVED", description: "It moved." })
  readonly moved = new Subject<[number, [number, number]]>();
  @Signal() readonly stopped = new Subject<void>();

  @RpcProperty({ notify: "modeChanged", description: "What it does." }) mode: string = "STILL";
  @RpcProperty({ notify: "modeChanged", autoNotify: false }) quietMode: string = "STILL";
  @RpcProperty({ type: arrayOf(Integer), nullable: true }) cropBox: number[] | null = null;
  @RpcProperty({ readonly: true }) serialNumber = 7;
  @RpcProperty() get videoURL(): string {
    return `http://cam/${this.quietGain}`;
  }
  @RpcProperty() get gain(): number {
    return this.quietGain;
  }
  set gain(value: number) {
    this.quietGain = value;
  }

  quietGain = 1;

  @JsonMethod({ timeout: 1_500, description: "Says it again." })
  echo(@Arg("text") text: string, @Arg("times") times: number = 1): string {
    return text.repeat(times);
  }

  @JsonMethod({ timeout: null, concurrent: true }) stop(): void {
    this.quietGain = 0;
  }

  @BufferMethod() getImage(lores: boolean): BufferResult {
    return [Buffer.alloc(0), { lores }];
  }

  secret(): string {
    return "not decorated";
  }
}

const contract = contractOf(Camera);

describe("the contract of a decorated class", () => {
  it("holds what is decorated and nothing else", () => {
    expect([...contract.members.keys()].sort()).toEqual(
      [
        "modeChanged",
        "moved",
        "stopped",
        "mode",
        "quietMode",
        "cropBox",
        "serialNumber",
        "videoURL",
        "gain",
        "echo",
        "stop",
        "getImage",
      ].sort(),
    );
  });

  it("is made once", () => {
    expect(contractOf(Camera)).toBe(contract);
  });

  it("has the names that the naming gives, except where a wireName is given", () => {
    expect([...contract.methods.keys()].sort()).toEqual(["echo", "get_image", "stop"]);
    expect([...contract.signals.keys()].sort()).toEqual(["MOVED", "mode_changed", "stopped"]);
    expect([...contract.properties.keys()]).toContain("video_url");
  });

  it("keeps member names where no naming is given", () => {
    @RpcService()
    class LEDStrip3 {
      @RpcProperty() maxValue = 1;
    }

    expect([...contractOf(LEDStrip3).properties.keys()]).toEqual(["maxValue"]);
    expect(contractOf(LEDStrip3).type).toBe("led-strip3");
  });

  it("gives a method the timeout of its author, or ten seconds, or none at all", () => {
    expect(method("echo").timeoutMs).toBe(1_500);
    expect(method("stop").timeoutMs).toBeNull();
    expect(method("getImage").timeoutMs).toBe(10_000);
  });

  it("knows which method returns bytes, and which runs past the others", () => {
    expect([method("echo").result, method("getImage").result]).toEqual(["json", "buffer"]);
    expect([method("echo").concurrent, method("stop").concurrent]).toEqual([false, true]);
  });

  it("knows each parameter: its name, type, and whether it may be left out", () => {
    expect(method("echo").parameters).toEqual([
      { name: "text", type: { kind: "string" }, optional: false, nullable: false, rest: false },
      { name: "times", type: { kind: "number" }, optional: true, nullable: false, rest: false },
    ]);
    expect(method("getImage").parameters).toEqual([
      { name: undefined, type: { kind: "boolean" }, optional: false, nullable: false, rest: false },
    ]);
    expect(method("stop").parameters).toEqual([]);
  });

  it("takes the type of a property from the compiler, or from its author", () => {
    expect(property("mode").type).toEqual({ kind: "string" });
    expect(property("cropBox")).toMatchObject({
      type: { kind: "array", items: { kind: "integer" } },
      nullable: true,
    });
  });

  it("knows no type where none is written out, and takes any value", () => {
    @RpcService()
    class Inferred {
      @RpcProperty() gain = 1;
      @JsonMethod() getImage(@Arg("lores") lores = false): boolean {
        return lores;
      }
    }

    expect(contractOf(Inferred).properties.get("gain")?.type.kind).toBe("any");
    expect(contractOf(Inferred).methods.get("getImage")?.parameters).toMatchObject([
      { type: { kind: "any" } },
    ]);
  });

  it("makes a property read-only that has no setter, or whose author says so", () => {
    const readonly = [...contract.properties.values()].filter((each) => each.readonly);

    expect(readonly.map(({ member }) => member).sort()).toEqual(["serialNumber", "videoURL"]);
  });

  it("lets a property notify by itself, unless its author does", () => {
    expect(property("mode")).toMatchObject({ notify: "modeChanged", autoNotify: true });
    expect(property("quietMode")).toMatchObject({ notify: "modeChanged", autoNotify: false });
    expect(property("gain")).toMatchObject({ notify: undefined, autoNotify: false });
  });

  it("knows the type of each argument of a signal", () => {
    expect(contract.members.get("moved")).toMatchObject({
      wireName: "MOVED",
      description: "It moved.",
      argumentTypes: [
        { kind: "integer" },
        { kind: "tuple", items: [{ kind: "number" }, { kind: "number" }] },
      ],
    });
    expect(contract.members.get("stopped")).toMatchObject({ argumentTypes: [] });
  });

  it("carries the descriptions", () => {
    expect(property("mode").description).toBe("What it does.");
    expect(method("echo").description).toBe("Says it again.");
  });
});

describe("a contract class", () => {
  @RpcService({ type: "stage" })
  abstract class StageContract {
    @Signal(Number) abstract readonly moved: Observable<number>;
    @RpcProperty({ notify: "moved" }) abstract position: number;
    @JsonMethod() moveTo(@Arg("position") position: number): Promise<void> {
      return remote(position);
    }
  }

  it("promises without implementing", () => {
    const stage = contractOf(StageContract);

    expect([...stage.members.keys()].sort()).toEqual(["moveTo", "moved", "position"]);
    expect(stage.type).toBe("stage");
    expect(stage.properties.get("position")).toMatchObject({ readonly: false, type: { kind: "number" } });
  });

  it("says so where a promised method runs", () => {
    class Stage extends StageContract {
      readonly moved = new Subject<number>();
      position = 0;
    }

    expect(() => new Stage().moveTo(1)).toThrow("override it in the device's class");
  });
});

function method(member: string): MethodContract {
  const found = contract.members.get(member);
  if (found?.kind !== "method") throw new Error(`${member} is no method`);
  return found;
}

function property(member: string): PropertyContract {
  const found = contract.members.get(member);
  if (found?.kind !== "property") throw new Error(`${member} is no property`);
  return found;
}
