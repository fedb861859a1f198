import { Subject } from "rxjs";
import {
  Arg,
  type ArrayResult,
  BufferMethod,
  type BufferResult,
  JsonMethod,
  nd,
  NdArray,
  ndArrayOf,
  RpcProperty,
  RpcService,
  Signal,
} from "../../../lib/index";

/** A part of an acquisition, with arrays in it. */
export class Region {
  name: string = "";
  mask: Uint8Array = new Uint8Array();
}

/** A device with arrays in every place where there can be one. */
@RpcService({ type: "arrays" })
export class ArrayDevice {
  @Signal(Float64Array) readonly traceChanged = new Subject<Float64Array>();
  @Signal(Number, NdArray) readonly imageTaken = new Subject<[number, NdArray]>();
  @Signal(Object) readonly reported = new Subject<Record<string, unknown>>();

  @RpcProperty({ notify: "traceChanged" }) trace: Float64Array = Float64Array.of(1, NaN, -0);
  @RpcProperty({ type: ndArrayOf(Uint16Array) }) image: NdArray<Uint16Array> = nd(
    Uint16Array.of(1, 2, 3, 4, 5, 6),
    [2, 3],
  );
  @RpcProperty() firmware: Buffer = Buffer.from("v1");
  @RpcProperty() anything: unknown = null;

  /** What the last call was given. */
  given: unknown;

  @JsonMethod()
  take(@Arg("values") values: Float64Array): number {
    this.given = values;
    return values.length;
  }

  @JsonMethod()
  send(@Arg("bytes") bytes: Buffer): string {
    this.given = bytes;
    return bytes.toString();
  }

  @JsonMethod()
  mask(
    @Arg("name") name: string,
    @Arg("mask", { type: ndArrayOf(Uint8Array) }) mask: NdArray<Uint8Array>,
  ): string {
    this.given = mask;
    return `${name} ${mask.shape.join("×")}`;
  }

  @JsonMethod()
  region(@Arg("region") region: Region): string {
    this.given = region;
    return region.name;
  }

  /** Gives back what it is given. */
  @BufferMethod({ concurrent: true })
  same(@Arg("array") array: unknown): unknown {
    return array;
  }

  @BufferMethod({ concurrent: true })
  frame(): ArrayResult<NdArray<Uint16Array>, { exposure: number }> {
    return [
      nd(
        Uint16Array.from({ length: 12 }, (_, index) => index),
        [3, 4],
      ),
      { exposure: 0.5 },
    ];
  }

  @BufferMethod({ concurrent: true })
  several(): { image: NdArray<Uint16Array>; spectrum: Float64Array; raw: Buffer; gain: number } {
    const image = nd(Uint16Array.of(1, 2, 3), [1, 3]);
    return { image, spectrum: Float64Array.of(0.5, -1), raw: Buffer.from("raw"), gain: 2 };
  }

  @BufferMethod({ concurrent: true })
  asEver(): BufferResult<{ nd: string }> {
    return [Buffer.from("bytes"), { nd: "the author's own" }];
  }

  @JsonMethod()
  takeImage(@Arg("number") number: number, @Arg("image") image: NdArray): void {
    this.imageTaken.next([number, image]);
  }

  @JsonMethod()
  misplaced(): unknown {
    return { trace: [Float64Array.of(1)] };
  }
}
