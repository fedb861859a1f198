import { Subject } from "rxjs";
import { Arg, BufferMethod, type BufferResult, JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";

/** One class for both sides: the device serves it, the page is a client of it. */
@RpcService({ type: "bench-camera" })
export class BenchCamera {
  @Signal(Number) readonly gainChanged = new Subject<number>();

  @RpcProperty({ notify: "gainChanged", type: Number }) gain: number = 1;

  @JsonMethod() add(@Arg("a", Number) a: number, @Arg("b", Number) b: number): number {
    return a + b;
  }

  /** A red picture of 2 × 1 pixels. */
  @BufferMethod() picture(): BufferResult<{ format: string }> {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="1"><rect width="2" height="1" fill="#f00"/></svg>';
    return [new TextEncoder().encode(svg), { format: "svg+xml" }];
  }
}
