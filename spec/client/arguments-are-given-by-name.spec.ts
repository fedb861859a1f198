import {
  Any,
  Arg,
  BufferMethod,
  type BufferResult,
  clientOf,
  type ClientRequest,
  connect,
  EncodingError,
  JsonMethod,
  type Remote,
  remote,
  RpcService,
  serve,
  ValidationError,
} from "rigwire";
import { closing } from "../support/closing";

@RpcService({ naming: "snake_case" })
class Stage {
  calls = 0;
  @JsonMethod() moveTo(
    @Arg("x") x: number,
    @Arg("y", { optional: true }) y: number = 10,
    @Arg("speed", { keyword: true, optional: true }) speed: number = 100,
  ): number[] {
    this.calls += 1;
    return [x, y, speed];
  }
  @JsonMethod() unnamed(a: number, b = 2, c = 3): number[] {
    this.calls += 1;
    return [a, b, c];
  }
  @JsonMethod() echo(@Arg("value", { type: Any, optional: true }) value?: unknown): unknown {
    return value;
  }
  @BufferMethod() image(@Arg("size") size: number): BufferResult {
    return [Buffer.alloc(size), { size }];
  }
}

/** The same without names. */
@RpcService({ naming: "snake_case" })
abstract class Nameless {
  @JsonMethod() moveTo(x: number, y?: number, speed?: number): number[] {
    return remote(x, y, speed);
  }
}

async function openStage() {
  const device = new Stage();
  const { url } = closing(await serve(device));
  const stage: Remote<Stage> = connect(Stage, url, { name: "stage-1" });
  closing(clientOf(stage));
  return { device, stage, url };
}

describe("arguments by name", () => {
  it("are given beside those by place, to a method by its name on the network or in the contract", async () => {
    const { stage } = await openStage();
    const client = clientOf(stage);

    expect(await client.call("move_to", [1], { speed: 5 })).toEqual([1, 10, 5]);
    expect(await client.call("moveTo", [], { x: 1, y: 2 })).toEqual([1, 2, 100]);
    expect(await client.call("moveTo", [1], { y: undefined })).toEqual([1, 10, 100]);
    expect(await client.call("echo")).toBeNull();
    expect(await client.call("image", [], { size: 3 })).toEqual([Buffer.alloc(3), { size: 3 }]);
  });

  it("are checked like the others", async () => {
    const { device, stage } = await openStage();
    const client = clientOf(stage);

    await expect(client.call("moveTo", [1], { speed: "fast" })).rejects.toThrow(ValidationError);
    await expect(client.call("moveTo", [1], { pace: 1 })).rejects.toThrow('move_to() has no argument "pace"');
    await expect(client.call("moveTo", [1], { x: 1 })).rejects.toThrow('got "x" twice');
    await expect(client.call("moveTo", [1], { speed: new Map() })).rejects.toThrow(
      "stage-1.moveTo: speed: a Map cannot be sent",
    );
    await expect(client.call("moveTo", [1], { speed: () => 1 })).rejects.toThrow(EncodingError);
    expect(device.calls).toBe(0);
  });

  it("are what a contract's keyword arguments are sent as", async () => {
    const device = new Stage();
    const { url } = closing(await serve(device));
    const seen: ClientRequest[] = [];
    const stage = connect(Stage, url, {
      interceptors: [(next) => (request) => (seen.push(request), next(request))],
    });
    closing(clientOf(stage));

    expect(await stage.moveTo(1, 2, 3)).toEqual([1, 2, 3]);
    expect(await clientOf(stage).call("moveTo", [1], { speed: 3 })).toEqual([1, 10, 3]);
    expect(seen.map(({ args, kwargs }) => [args, kwargs])).toEqual([
      [[1, 2, 3], {}],
      [[1], { speed: 3 }],
    ]);
    const { rigwire } = await clientOf(stage).inventory();
    expect(rigwire?.members.get("move_to")?.parameters?.map(({ keyword }) => keyword)).toEqual([
      undefined,
      undefined,
      true,
    ]);
  });
});

describe("an argument that is left out between others", () => {
  it("is not sent as null where the names of those after it are not known", async () => {
    const { device, stage, url } = await openStage();
    const nameless = connect(Nameless, url, { name: "stage-1" });
    closing(clientOf(nameless));

    await expect(nameless.moveTo(1, undefined, 3)).rejects.toThrow(
      "stage-1.moveTo: argument 3 comes after one that is left out, and its name is not known",
    );
    await expect(stage.unnamed(1, undefined, 3)).rejects.toThrow(EncodingError);
    expect(device.calls).toBe(0);
    expect(await stage.moveTo(1, undefined, 3)).toEqual([1, 10, 3]);
  });
});
