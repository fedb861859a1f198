import { Subject } from "rxjs";
import {
  Arg,
  arrayOf,
  connect,
  ContractError,
  contractOf,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  type TypeSpec,
} from "rigwire";

/** The error that the first use of a class gives. */
function mistakeOf(type: new () => object): ContractError {
  try {
    contractOf(type);
  } catch (error) {
    if (error instanceof ContractError) return error;
    throw error;
  }
  throw new Error(`${type.name} was taken`);
}

describe("a mistake in a decorated class", () => {
  it("is told where a notify signal does not exist, with those that do", () => {
    @RpcService()
    class Camera {
      @Signal(String) readonly modeChanged = new Subject<string>();
      @RpcProperty({ notify: "modChanged" }) mode = "STILL";
    }

    expect(mistakeOf(Camera).message).toBe(
      'Camera.mode: notifies through "modChanged", which is no @Signal of the class: its signals are modeChanged',
    );
    expect(mistakeOf(Camera).member).toBe("mode");
  });

  it("is told where notify names something that is no signal", () => {
    @RpcService()
    class Camera {
      @RpcProperty() gain = 1;
      @RpcProperty({ notify: "gain" }) mode = "STILL";
    }

    expect(mistakeOf(Camera).message).toMatch(/^Camera\.mode: .*it has no signals$/);
  });

  it("is told where a time without progress stands on a method that tells none", () => {
    @RpcService()
    class Camera {
      @JsonMethod({ timeout: { idle: 500 } }) async expose(): Promise<void> {
        await Promise.resolve();
      }
    }

    expect(mistakeOf(Camera).message).toMatch(/^Camera\.expose: a timeout of \{ idle \} needs progress/);
  });

  it.each([0, -1, Number.NaN, Infinity])("is told where a time without progress is %d", (idle) => {
    @RpcService()
    class Camera {
      @JsonMethod({ timeout: { idle } }) async *expose(): AsyncGenerator<number, void> {
        yield 1;
      }
    }

    expect(mistakeOf(Camera).message).toMatch(/^Camera\.expose: the timeout must be a positive number/);
  });

  it("is told where a range is said of progress that is no number", () => {
    @RpcService()
    class Camera {
      @JsonMethod({ progress: String, progressRange: [0, 100] }) async *expose(): AsyncGenerator<
        string,
        void
      > {
        yield "half";
      }
    }

    expect(mistakeOf(Camera).message).toMatch(
      /^Camera\.expose: a progressRange is for progress that is a number/,
    );
  });

  it.each([
    [100, 0],
    [0, 0],
    [0, Infinity],
    [Number.NaN, 1],
  ])("is told where the range of progress is [%d, %d]", (from, to) => {
    @RpcService()
    class Camera {
      @JsonMethod({ progress: Number, progressRange: [from, to] }) async *expose(): AsyncGenerator<
        number,
        void
      > {
        yield 1;
      }
    }

    expect(mistakeOf(Camera).message).toMatch(
      /^Camera\.expose: the progressRange must be two finite numbers/,
    );
  });

  it("is told where the type of progress is not there yet", () => {
    const later = undefined as unknown as TypeSpec;
    @RpcService()
    class Camera {
      @JsonMethod({ progress: later }) async *expose(): AsyncGenerator<number, void> {
        yield 1;
      }
    }

    expect(mistakeOf(Camera).message).toMatch(/^Camera\.expose: its type is undefined/);
  });

  it("is told where two members have one wire name", () => {
    @RpcService({ naming: "snake_case" })
    class Camera {
      @RpcProperty() getImage = 1;
      @JsonMethod({ wireName: "get_image" }) other(): void {
        this.getImage = 2;
      }
    }

    expect(mistakeOf(Camera).message).toMatch(
      /^Camera\.(other|getImage): has the wire name "get_image", and so has (getImage|other)/,
    );
  });

  it("is told where a class is not decorated", () => {
    class Plain {
      readonly x = 1;
    }

    expect(mistakeOf(Plain).message).toBe("Plain is not a service: put @RpcService() on the class");
  });

  it("is told where only the members are decorated", () => {
    class Forgotten {
      @RpcProperty() x = 1;
    }

    expect(mistakeOf(Forgotten).message).toBe("Forgotten is not a service: put @RpcService() on the class");
  });

  it.each([0, -1, NaN, Infinity])("is told where a timeout is %d", (timeout) => {
    @RpcService()
    class Camera {
      @JsonMethod({ timeout }) focus(): number {
        return 1;
      }
    }

    expect(mistakeOf(Camera).message).toMatch(/^Camera\.focus: the timeout must be a positive number/);
  });

  it("is told where a wire name is empty", () => {
    @RpcService()
    class Camera {
      @RpcProperty({ wireName: "" }) mode = "STILL";
    }

    expect(mistakeOf(Camera).message).toBe("Camera.mode: the wire name is empty");
  });

  it.each<[string, TypeSpec, string]>([
    ["DataView", DataView, "use a Uint8Array of it"],
    ["ArrayBuffer", ArrayBuffer, "use a Uint8Array of it"],
    ["Map", Map, "use an object"],
    ["Set", Set, "use an array"],
    ["Function", Function, "functions do not travel"],
    ["Promise", Promise, "use the promised type"],
    ["Symbol", Symbol as unknown as TypeSpec, "symbols do not travel"],
    ["RegExp", RegExp, "use its source"],
  ])("is told where a %s is to travel", (name, type, cure) => {
    @RpcService()
    class Camera {
      @RpcProperty({ type }) bytes: unknown = null;
    }
    @RpcService()
    class Emitter {
      @Signal(type) readonly emitted = new Subject<unknown>();
    }

    expect(mistakeOf(Camera).message).toBe(`Camera.bytes: a ${name} cannot travel as JSON: ${cure}`);
    expect(mistakeOf(Emitter).message).toMatch(`Emitter.emitted: a ${name} cannot travel`);
  });

  it("is told where the compiler knows that a type cannot travel", () => {
    @RpcService()
    class Camera {
      @JsonMethod() upload(@Arg("image") image: DataView): number {
        return image.byteLength;
      }
    }
    @RpcService()
    class Table {
      @RpcProperty() readonly rows: Map<string, number> = new Map<string, number>();
    }

    expect(mistakeOf(Camera).message).toMatch(/^Camera\.upload: .*DataView cannot travel/);
    expect(mistakeOf(Table).message).toMatch(/^Table\.rows: a Map cannot travel/);
  });

  it("is told where a type is not there yet, as in a circle of imports", () => {
    const missing = undefined as unknown as TypeSpec;
    @RpcService()
    class Camera {
      @Signal(missing) readonly moved = new Subject<unknown>();
    }

    expect(mistakeOf(Camera).message).toMatch(/^Camera\.moved: .*undefined.*circle/);
    expect(() => arrayOf(missing)).toThrow(ContractError);
  });

  it("is told at once where a static member is decorated", () => {
    expect(() => {
      @RpcService()
      class Camera {
        @RpcProperty() static mode = "STILL";
      }
      return Camera;
    }).toThrow("Camera.mode is static: only members of an instance can be remote");
  });

  it("is told at once where a decorated member is named by a symbol", () => {
    const hidden = Symbol("hidden");
    expect(() => {
      @RpcService()
      class Camera {
        @RpcProperty() [hidden] = "STILL";
      }
      return Camera;
    }).toThrow(/hidden.* is named by a symbol/);
  });

  it("is told by serve() and by connect() alike", async () => {
    class Plain {
      readonly x = 1;
    }

    await expect(serve(new Plain())).rejects.toThrow("Plain is not a service");
    expect(() => connect(Plain, "tcp://127.0.0.1:1")).toThrow("Plain is not a service");
  });

  it("is told where an object of no class is served", async () => {
    await expect(serve({})).rejects.toThrow(ContractError);
    await expect(serve(Object.create(null) as object)).rejects.toThrow(ContractError);
  });
});
