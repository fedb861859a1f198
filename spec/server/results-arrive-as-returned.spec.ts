import {
  BufferMethod,
  type BufferResult,
  Integer,
  Arg,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
} from "rigwire";
import { closing } from "../support/closing";
import { rawClient } from "../support/raw-client";

const WHOLE = Buffer.from("0123456789");

/** Not what the types allow: what a device may give all the same. */
const RESULTS: Readonly<Record<string, () => unknown>> = {
  "no info": () => [Buffer.alloc(1)],
  "no bytes": () => [undefined, {}],
  "a text for bytes": () => ["bytes", {}],
  "a list for the info": () => [Buffer.alloc(1), [1]],
  "a text for the info": () => [Buffer.alloc(1), "jpeg"],
  "an object without arrays": () => ({ format: "jpeg" }),
  "two arrays in a list": () => [Int8Array.of(1), Int8Array.of(1)],
  "an array within the info": () => [Int8Array.of(1), { mask: Int8Array.of(1) }],
  nothing: () => undefined,
};

@RpcService()
class Device {
  @RpcProperty() missing: unknown = undefined;
  @RpcProperty() time: bigint = 1763633000123456789n;

  @JsonMethod() nothing(): void {
    this.missing = undefined;
  }
  @JsonMethod() numbers(): unknown {
    return { nan: NaN, list: [Infinity, -Infinity], big: 2n ** 70n, text: "é 🌿 NaN" };
  }
  @JsonMethod() later(): Promise<number> {
    return Promise.resolve(5);
  }
  @JsonMethod() echo(@Arg("value") value: unknown): unknown {
    return value;
  }
  @JsonMethod() unsendable(@Arg("kind") kind: string): unknown {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    return kind === "cycle" ? cycle : () => 1;
  }

  @BufferMethod() buffer(): BufferResult {
    return [WHOLE, { kind: "Buffer" }];
  }
  @BufferMethod() view(): BufferResult {
    return [new Uint8Array(new Uint8Array(WHOLE).buffer, 2, 3), { kind: "view" }];
  }
  @BufferMethod() slice(): Promise<BufferResult> {
    return Promise.resolve([WHOLE.subarray(4, 6), { kind: "slice" }]);
  }
  @BufferMethod() empty(): BufferResult {
    return [Buffer.alloc(0), { kind: "empty" }];
  }
  @BufferMethod() big(@Arg("bytes", { type: Integer }) bytes: number): BufferResult {
    return [Buffer.alloc(bytes, 7), { nan: NaN }];
  }
  @BufferMethod() wrong(@Arg("kind") kind: string): unknown {
    return RESULTS[kind]?.();
  }
}

async function serveDevice() {
  return rawClient(closing(await serve(new Device())).url);
}

describe("the result of a JSON method", () => {
  it.each([
    ["nothing", '{"success":true,"result":null}'],
    ["later", '{"success":true,"result":5}'],
    [
      "numbers",
      '{"success":true,"result":{"nan":NaN,"list":[Infinity,-Infinity],"big":1180591620717411303424,"text":"é 🌿 NaN"}}',
    ],
  ])("arrives as Python reads it: %s", async (method, text) => {
    const client = await serveDevice();

    expect(String(await client.exchange(JSON.stringify({ event: "METHOD_CALL", method, params: {} })))).toBe(
      text,
    );
  });

  it("is the argument again, whatever number it was", async () => {
    const client = await serveDevice();
    const request =
      '{"event": "METHOD_CALL", "method": "echo", "params": {"args": [[NaN, -Infinity, 9007199254740993, 1e300, 0.1]], "kwargs": {}}}';

    expect(String(await client.exchange(request))).toBe(
      '{"success":true,"result":[NaN,-Infinity,9007199254740993,1e+300,0.1]}',
    );
  });

  it.each([
    ["cycle", "contains itself"],
    ["function", "a function cannot be sent"],
  ])("that cannot be sent is the device's failure: %s", async (kind, error) => {
    const client = await serveDevice();

    expect(await client.call("unsendable", [kind])).toEqual({
      success: false,
      error: expect.stringContaining(error),
      traceback: expect.stringContaining("EncodingError"),
      errorName: "EncodingError",
    });
    expect(await client.call("later")).toEqual({ success: true, result: 5 });
  });
});

describe("the value of a property", () => {
  it("is null where there is none, and whole however large", async () => {
    const client = await serveDevice();

    expect(await client.get("missing")).toEqual({ success: true, value: null });
    expect(await client.get("time")).toEqual({ success: true, value: 1763633000123456789n });
  });
});

describe("the result of a buffer method", () => {
  it.each([
    ["buffer", "Buffer", "0123456789"],
    ["view", "view", "234"],
    ["slice", "slice", "45"],
    ["empty", "empty", ""],
  ])("arrives as two frames: %s", async (method, kind, bytes) => {
    const client = await serveDevice();
    const frames = await client.exchange(JSON.stringify({ event: "METHOD_CALL", method }));

    expect(frames.map(String)).toEqual([JSON.stringify({ kind }), bytes]);
  });

  it("may be megabytes", async () => {
    const client = await serveDevice();
    const size = 20 * 1024 * 1024;
    const [info, data] = await client.exchange(
      JSON.stringify({ event: "METHOD_CALL", method: "big", params: { args: [size] } }),
    );

    expect(String(info)).toBe('{"nan":NaN}');
    expect(data!.equals(Buffer.alloc(size, 7))).toBe(true);
  });

  it.each(Object.keys(RESULTS))("is one frame with the failure where the device gives %s", async (kind) => {
    const client = await serveDevice();
    const frames = await client.exchange(
      JSON.stringify({ event: "METHOD_CALL", method: "wrong", params: { args: [kind] } }),
    );

    expect(frames).toHaveLength(1);
    expect(JSON.parse(String(frames[0]))).toMatchObject({
      success: false,
      error: expect.stringMatching(
        /^wrong must return \[bytes, info\], an array|^info\.mask: an Int8Array cannot/,
      ),
    });
  });
});
