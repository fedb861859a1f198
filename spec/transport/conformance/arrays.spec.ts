import { firstValueFrom, take, toArray } from "rxjs";
import {
  clientOf,
  connect,
  EncodingError,
  nd,
  NdArray,
  type Remote,
  RemoteError,
  type RpcServer,
  serve,
  ValidationError,
} from "../../../lib/index";
import { type TypedArray } from "../../../lib/contract/typed-arrays";
import { closing } from "../../support/closing";
import { RecordingLogger } from "../../support/recording-logger";
import { ArrayDevice, Region } from "./array-device";
import { removeSockets, TRANSPORTS, type Uninstall } from "./transports-under-test";

afterAll(removeSockets);

const EVERY_KIND: readonly TypedArray[] = [
  Int8Array.of(-128, 127),
  Uint8Array.of(0, 255),
  Uint8ClampedArray.of(1, 2, 3),
  Int16Array.of(-32_768, 1),
  Uint16Array.of(65_535),
  Int32Array.of(-(2 ** 31), 5),
  Uint32Array.of(2 ** 32 - 1),
  Float32Array.of(0.1, NaN, Infinity),
  Float64Array.of(0.1, -0, NaN),
  BigInt64Array.of(-(2n ** 63n), 1n),
  BigUint64Array.of(2n ** 64n - 1n),
];

/** Arrays arrive as they were sent, over whatever transport. */
describe.each(TRANSPORTS)("arrays over $name", ({ freshUrl, install, serving, connecting }) => {
  let device: ArrayDevice;
  let server: RpcServer;
  let remote: Remote<ArrayDevice>;
  let uninstall: Uninstall | undefined;

  beforeAll(async () => {
    uninstall = await install?.();
  });
  afterAll(() => uninstall?.());

  beforeEach(async () => {
    device = new ArrayDevice();
    server = closing(
      await serve(device, { url: freshUrl(), closeGraceMs: 100, logger: new RecordingLogger(), ...serving }),
    );
    remote = connect(ArrayDevice, server.url, { logger: new RecordingLogger(), ...connecting });
    closing(clientOf(remote));
  });

  it.each(EVERY_KIND)("are of the same kind as argument and as result: %#", async (array) => {
    const received = (await remote.same(array)) as TypedArray;

    expect(received).toStrictEqual(array);
    expect(received.byteOffset % array.BYTES_PER_ELEMENT).toBe(0);
  });

  it("are empty and large, alone and together, and in any order with other calls", async () => {
    const large = Float64Array.from({ length: 1_000_000 }, (_, index) => index);
    const calls = [
      remote.same(new Float32Array(0)),
      remote.same("not an array").catch((error: unknown) => error),
      remote.same(large),
      remote.same(Uint8Array.of(7)),
      remote.take(large),
      remote.same(Int16Array.of(1, 2, 3)),
    ];

    expect(await Promise.all(calls)).toStrictEqual([
      new Float32Array(0),
      expect.any(RemoteError),
      large,
      Uint8Array.of(7),
      1_000_000,
      Int16Array.of(1, 2, 3),
    ]);
  });

  it("arrive at methods as they are declared", async () => {
    expect(await remote.take(Float64Array.of(1, 2, NaN))).toBe(3);
    expect(device.given).toStrictEqual(Float64Array.of(1, 2, NaN));
    expect(await remote.send(Buffer.from("start"))).toBe("start");
    expect(Buffer.isBuffer(device.given)).toBe(true);
    expect(await remote.mask("left", nd(Uint8Array.of(1, 0, 1, 1), [2, 2]))).toBe("left 2×2");
    expect(device.given).toStrictEqual(nd(Uint8Array.of(1, 0, 1, 1), [2, 2]));
  });

  it("arrive by name, and in objects of a class", async () => {
    await clientOf(remote).call("take", [], { values: Float64Array.of(4) });
    expect(device.given).toStrictEqual(Float64Array.of(4));
    const region = Object.assign(new Region(), { name: "left", mask: Uint8Array.of(1, 2) });
    expect(await remote.region(region)).toBe("left");
    expect(device.given).toBeInstanceOf(Region);
    expect(device.given).not.toBe(region);
    expect(device.given).toEqual(region);
  });

  it("come with what describes them, and several at once", async () => {
    const [image, info] = await remote.frame();
    expect(image).toBeInstanceOf(NdArray);
    expect([image.shape, image.dtype, image.at(2, 3), info]).toEqual([[3, 4], "<u2", 11, { exposure: 0.5 }]);

    const { raw, ...others } = await remote.several();
    expect(Buffer.isBuffer(raw)).toBe(true);
    expect(raw.toString()).toBe("raw");
    expect(others).toStrictEqual({
      image: nd(Uint16Array.of(1, 2, 3), [1, 3]),
      spectrum: Float64Array.of(0.5, -1),
      gain: 2,
    });
    const [bytes, own] = await remote.asEver();
    expect([bytes.toString(), own]).toEqual(["bytes", { nd: "the author's own" }]);
  });

  it("are values of properties", async () => {
    expect(await remote.trace.get()).toStrictEqual(Float64Array.of(1, NaN, -0));
    expect(await remote.image.get()).toStrictEqual(nd(Uint16Array.of(1, 2, 3, 4, 5, 6), [2, 3]));
    expect((await remote.firmware.get()).toString()).toBe("v1");
    await remote.firmware.set(Buffer.from("v2"));
    expect(Buffer.isBuffer(device.firmware)).toBe(true);
    await remote.anything.set({ lists: [Int8Array.of(1)], name: "n" });
    expect(device.anything).toStrictEqual({ lists: [Int8Array.of(1)], name: "n" });
    expect(await remote.anything.get()).toStrictEqual({ lists: [Int8Array.of(1)], name: "n" });
  });

  it("are values of signals, with other arguments and within objects", async () => {
    const images = firstValueFrom(remote.imageTaken.pipe(take(2), toArray()));
    const reports = firstValueFrom(remote.reported);
    await remote.firmware.get();
    const reused = Float32Array.of(1, 2);
    device.imageTaken.next([1, nd(reused, [2, 1])]);
    reused.fill(9);
    device.imageTaken.next([2, nd(Uint8Array.of(5))]);
    device.reported.next({ at: 3, peaks: [Float64Array.of(1.5)] });

    expect(await images).toStrictEqual([
      [1, nd(Float32Array.of(1, 2), [2, 1])],
      [2, nd(Uint8Array.of(5))],
    ]);
    expect(await reports).toStrictEqual({ at: 3, peaks: [Float64Array.of(1.5)] });
  });

  it("are told when they change, and not where they are set as they were", async () => {
    const seen: Float64Array[] = [];
    const told = firstValueFrom(remote.trace.changes$.pipe(take(3), toArray()));
    remote.traceChanged.subscribe((trace) => seen.push(trace));
    await remote.trace.get();
    for (const trace of [[1, NaN, -0], [2], [2], [3]]) await remote.trace.set(Float64Array.from(trace));

    expect(await told).toStrictEqual([[1, NaN, -0], [2], [3]].map((trace) => Float64Array.from(trace)));
    expect(seen).toHaveLength(2);
  });

  it("of another kind are refused, and nothing is converted without a word", async () => {
    await expect(remote.take(Float32Array.of(1) as never)).rejects.toThrow(
      /take: values: expected Float64Array, got a Float32Array of 1: nothing is converted .*Float64Array\.from/,
    );
    await expect(remote.take(nd(Float64Array.of(1)) as never)).rejects.toThrow(ValidationError);
    await expect(remote.mask("m", nd(Int8Array.of(1)) as never)).rejects.toThrow(
      "mask: expected NdArray<Uint8Array>, got an NdArray<Int8Array> of shape [1]",
    );
    await expect(remote.trace.set(Int8Array.of(1) as never)).rejects.toThrow(ValidationError);
    expect(device.given).toBeUndefined();
  });

  it("are what the method says that it returns, or a failure", async () => {
    expect(await remote.declared(nd(Uint16Array.of(1)))).toStrictEqual([nd(Uint16Array.of(1)), {}]);
    await expect(remote.declared(nd(Int8Array.of(1)))).rejects.toThrow(
      "declared() returned something else than its contract says (returns): it is a list of 2, and not [NdArray<Uint16Array>, object]",
    );
  });

  it("are made of lists where these hold what the kind can hold", async () => {
    expect(await remote.take([1, 2.5] as never)).toBe(2);
    expect(device.given).toStrictEqual(Float64Array.of(1, 2.5));
    await expect(remote.take([1, "2"] as never)).rejects.toThrow(ValidationError);
  });

  it("as a part of JSON results are refused with the way out", async () => {
    await expect(remote.misplaced()).rejects.toThrow(
      /misplaced: result\.trace\[0\]: a Float64Array cannot be sent as JSON: return it from a @BufferMethod/,
    );
  });

  it("are refused where an object would be taken for one", async () => {
    await expect(remote.same([Int8Array.of(1), { nd: { dtype: "mine" } }])).rejects.toThrow(EncodingError);
  });

  it("larger than the device takes are refused before they are sent", async () => {
    const small = closing(
      await serve(new ArrayDevice(), {
        url: freshUrl(),
        maxMessageBytes: 300_000,
        logger: new RecordingLogger(),
        ...serving,
      }),
    );
    const client = connect(ArrayDevice, small.url, { logger: new RecordingLogger(), ...connecting });
    closing(clientOf(client));

    await expect(client.take(new Float64Array(40_000))).rejects.toThrow(/maxMessageBytes/);
    expect(await client.take(new Float64Array(30_000))).toBe(30_000);
  });
});
