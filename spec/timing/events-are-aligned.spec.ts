import { lastValueFrom, NEVER, of, Subject, throwError, toArray } from "rxjs";
import {
  align,
  type Aligned,
  AlignmentError,
  type AlignOptions,
  clientOf,
  connect,
  RpcService,
  serve,
  Signal,
  type Timed,
  ValidationError,
  withTime,
} from "rigwire";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";

const START = Date.now();

/** An event so many milliseconds after the beginning. */
function at<V>(ms: number, value: V, uncertaintyMs = 1): Timed<V> {
  return { value, time: new Date(START + ms), uncertaintyMs };
}

function aligned(frames: Timed<string>[], positions: Timed<number>[], options?: AlignOptions) {
  return lastValueFrom(align(of(...frames), of(...positions), options).pipe(toArray()));
}

const pairs = (found: Aligned<Timed<string>, Timed<number>>[]) => found.map(({ a, b }) => [a.value, b.value]);

describe("each frame with its position", () => {
  it("is the nearest one, before or after it, with how far apart they are", async () => {
    const found = await aligned([at(12, "first"), at(18, "second")], [at(0, 0), at(10, 1), at(20, 2)]);

    expect(pairs(found)).toEqual([
      ["first", 1],
      ["second", 2],
    ]);
    expect(found[0]).toMatchObject({ apartMs: -2, uncertaintyMs: 2 });
    expect(found[1]).toMatchObject({ apartMs: 2, uncertaintyMs: 2 });
  });

  it("is the last one before it, however long ago, with pick: before", async () => {
    const found = await aligned([at(5_000, "frame")], [at(0, 0), at(10, 1), at(5_010, 2)], {
      pick: "before",
    });
    expect(pairs(found)).toEqual([["frame", 1]]);
  });

  it("is refused where the clocks do not tell which came first", async () => {
    const refused = aligned([at(12, "frame", 3)], [at(0, 0), at(10, 1)], { pick: "before" });

    await expect(refused).rejects.toThrow(AlignmentError);
    await expect(refused).rejects.toThrow(
      /which of it and an event of b\$ came first cannot be known: .*2 ms apart, known to ± 4 ms/,
    );
    await expect(refused).rejects.toMatchObject({ problem: "uncertain", event: { value: "frame" } });
  });

  it("is refused where the clocks do not tell whether it is within the tolerance", async () => {
    const frames = [at(12, "frame", 8)];
    await expect(aligned(frames, [at(10, 1)], { toleranceMs: 5 })).rejects.toThrow(
      /whether an event of b\$ is within 5 ms of it cannot be known/,
    );
    expect(pairs(await aligned(frames, [at(10, 1)], { toleranceMs: 11 }))).toEqual([["frame", 1]]);
  });

  it("is refused where there is none near enough", async () => {
    const refused = aligned([at(500, "frame")], [at(0, 0)], { toleranceMs: 20 });
    await expect(refused).rejects.toThrow(/no event of b\$ is within 20 ms of it: the nearest is 500 ms off/);
    await expect(refused).rejects.toMatchObject({ problem: "alone" });
  });

  it("is refused where a device tells no times, with the cure", async () => {
    const refused = aligned([at(500, "frame")], [at(500, 0, Infinity)]);
    await expect(refused).rejects.toThrow(/maxLatencyMs/);
  });

  it("may be refused one by one, while the others go on", async () => {
    const refusals: AlignmentError[] = [];
    const found = await aligned(
      [at(10, "first"), at(500, "second"), at(1_000, "third")],
      [at(9, 1), at(1_001, 3)],
      {
        onRefused: (refusal) => refusals.push(refusal),
      },
    );
    expect(pairs(found)).toEqual([
      ["first", 1],
      ["third", 3],
    ]);
    expect(refusals.map(({ event }) => (event as Timed<string>).value)).toEqual(["second"]);
  });
});

describe("align()", () => {
  it("waits for a position that arrives later, and no longer than waitMs for one that does not come", async () => {
    const frames = new Subject<Timed<string>>();
    const positions = new Subject<Timed<number>>();
    const found: Aligned<Timed<string>, Timed<number>>[] = [];
    const subscription = align(frames, positions, { waitMs: 60 }).subscribe((pair) => found.push(pair));
    positions.next(at(0, 0));
    frames.next(at(10, "first"));
    expect(found).toEqual([]);
    positions.next(at(11, 1));
    expect(pairs(found)).toEqual([["first", 1]]);

    frames.next(at(20, "second"));
    await eventually("its time was over", () => found.length === 2);
    expect(pairs(found)[1]).toEqual(["second", 1]);
    subscription.unsubscribe();
    expect([frames.observed, positions.observed]).toEqual([false, false]);
  });

  it("keeps no more than it is told, and says what it had no room for", () => {
    const frames = new Subject<Timed<string>>();
    const positions = new Subject<Timed<number>>();
    const refusals: AlignmentError[] = [];
    const onRefused = (refusal: AlignmentError) => refusals.push(refusal);
    const subscription = align(frames, positions, { maxKept: 2, onRefused }).subscribe();
    for (const number of [1, 2, 3]) frames.next(at(number * 1_000, String(number)));
    expect(refusals.map(({ problem, event }) => [problem, (event as Timed<string>).value])).toEqual([
      ["crowded", "1"],
    ]);
    expect(refusals[0]?.message).toContain("maxKept");
    subscription.unsubscribe();
  });

  it("fails with what one of both fails with, and refuses options out of their range", async () => {
    const failing = throwError(() => new Error("no camera"));
    await expect(lastValueFrom(align(failing, NEVER))).rejects.toThrow("no camera");
    expect(() => align(NEVER, NEVER, { toleranceMs: NaN })).toThrow(ValidationError);
  });

  it("knows the order of one device's events exactly, however little is known of its clock here", async () => {
    @RpcService()
    class Camera {
      @Signal(String) readonly frame = new Subject<string>();
      @Signal(Number) readonly moved = new Subject<number>();
    }
    const device = new Camera();
    const server = closing(await serve(device, { url: memoryUrl() }));
    const camera = connect(Camera, server.url);
    closing(clientOf(camera));
    const found: Aligned<Timed<string>, Timed<number>>[] = [];
    align(withTime(camera.frame), withTime(camera.moved), { pick: "before" }).subscribe((pair) =>
      found.push(pair),
    );
    await clientOf(camera).inventory();
    device.moved.next(1);
    device.frame.next("first");
    device.moved.next(2);
    device.frame.next("second");
    device.moved.next(3);

    await eventually("both were told", () => found.length === 2);
    expect(pairs(found)).toEqual([
      ["first", 1],
      ["second", 2],
    ]);
    expect(found[0]).toMatchObject({ uncertaintyMs: 0 });
  });
});
