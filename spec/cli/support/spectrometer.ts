import { Subject } from "rxjs";
import { Arg, BufferMethod, nd, NdArray, ndArrayOf, RpcProperty, RpcService, Signal } from "rigwire";

/** A device whose values are arrays. */
@RpcService({ type: "spectrometer" })
export class Spectrometer {
  @Signal(Float64Array) readonly measured = new Subject<Float64Array>();
  @RpcProperty() reference: Float64Array = Float64Array.from({ length: 2048 }, (_, index) => index / 10);
  @RpcProperty({ type: ndArrayOf(Uint16Array) }) image: NdArray<Uint16Array> = nd(
    Uint16Array.of(1, 2, 3, 4, 5, 6),
    [2, 3],
  );
  @RpcProperty() firmware: Buffer = Buffer.from("v1");

  @BufferMethod()
  measure(@Arg("weights") weights: Float32Array = Float32Array.of(1)): Float64Array {
    return Float64Array.from(weights, (weight) => weight * 0.5);
  }

  @BufferMethod()
  scan(): unknown {
    return { "left eye": this.image, dark: Int16Array.of(-1, 1), gain: 2 };
  }
}
