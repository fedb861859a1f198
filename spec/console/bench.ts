import { setTimeout as delay } from "node:timers/promises";
import { Validate, ValidatorConstraint, type ValidatorConstraintInterface } from "class-validator";
import { interval, map, Subject } from "rxjs";
import {
  Arg,
  type ArrayResult,
  BufferMethod,
  type BufferResult,
  JsonMethod,
  enumOf,
  nd,
  NdArray,
  RpcProperty,
  RpcService,
  Signal,
  StreamMethod,
  tupleOf,
} from "../../lib/index";

/** A value is looked at for so long before it is taken, in milliseconds. */
const CHECKED_MS = 400;

@ValidatorConstraint({ async: true })
class Slowly implements ValidatorConstraintInterface {
  async validate(): Promise<boolean> {
    await delay(CHECKED_MS);
    return true;
  }
}

/** A device with a value of every kind. */
@RpcService({ type: "bench" })
export class Bench {
  @Signal(Number, { unit: "V", precision: 2 }) readonly gainChanged = new Subject<number>();

  /** Of the amplifier. */
  @RpcProperty({ notify: "gainChanged", unit: "V", precision: 2, min: 0, max: 10, show: "main" })
  gain: number = 2.5;

  @RpcProperty({ type: enumOf(["slow", "fast"]) })
  mode: string = "slow";

  @RpcProperty()
  isOn: boolean = false;

  @RpcProperty()
  label: string = "bench";

  @RpcProperty()
  @Validate(Slowly)
  slow: number = 0;

  /** Three axes. */
  @Signal(tupleOf(Number, Number, Number), { unit: "g" })
  readonly shaken = interval(50).pipe(
    map((at) => [Math.sin(at / 9), Math.cos(at / 7), Math.sin(at / 23) / 2] as [number, number, number]),
  );

  /** One sweep after the other. */
  @Signal(Float64Array, { unit: "dB" })
  readonly swept = interval(100).pipe(
    map((at) =>
      Float64Array.from(
        { length: 512 },
        (_, place) => 40 * Math.sin((place + at) / 40) * Math.exp(-place / 300),
      ),
    ),
  );

  /** A camera's picture: numbers with rows and columns. */
  @Signal(NdArray, { unit: "counts" })
  readonly exposed = interval(500).pipe(
    map((at) =>
      nd(
        Uint16Array.from(
          { length: 48 * 64 },
          (_, place) => 2_000 + 1_500 * Math.sin((place % 64) / 9 + at) * Math.cos(place / 700),
        ),
        [48, 64],
      ),
    ),
  );

  /** Colours by themselves. */
  @BufferMethod()
  snapshot(): ArrayResult<NdArray<Uint8Array>, { exposureMs: number }> {
    const pixels = Uint8Array.from({ length: 24 * 32 * 3 }, (_, place) =>
      place % 3 === 0 ? 200 : place % 256,
    );
    return [nd(pixels, [24, 32, 3]), { exposureMs: 20 }];
  }

  @Signal(String) readonly noted = interval(700).pipe(map((at) => `note ${at}`));

  /** A file of its own kind. */
  @BufferMethod()
  file(): BufferResult {
    return [Buffer.from("<svg onload=alert(1)>"), { name: "notes" }];
  }

  @StreamMethod(Number, { unit: "mm" })
  async *heights(@Arg("count", { min: 1, max: 1_000 }) count: number): AsyncIterable<number> {
    for (let at = 0; at < count; at++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      yield Math.sin(at / 10);
    }
  }

  @JsonMethod()
  add(@Arg("a") a: number, @Arg("b", { max: 100 }) b: number): number {
    return a + b;
  }
}
