import { Subject } from "rxjs";
import {
  Arg,
  BufferMethod,
  type BufferResult,
  Integer,
  JsonMethod,
  RpcProperty,
  RpcService,
  Signal,
  tupleOf,
} from "rigwire";

/** A device that has one of everything. */
@RpcService({ type: "thermometer" })
export class Thermometer {
  private tellStarted: () => void = () => undefined;
  /** Resolves when somebody waits for `settle`. */
  readonly settling = new Promise<void>((resolve) => (this.tellStarted = resolve));

  @Signal(Number) readonly targetChanged = new Subject<number>();
  @Signal(tupleOf(Integer, Integer), { wireName: "range_changed" }) readonly rangeChanged = new Subject<
    [number, number]
  >();

  @RpcProperty({ notify: "targetChanged", description: "in degrees" })
  target: number = 20;

  @RpcProperty({ type: String }) label = "oven";

  @RpcProperty({ readonly: true }) readonly serial: string = "\u001b[2J007";

  @RpcProperty()
  get probe(): number {
    throw new Error("the probe is not connected");
  }

  @JsonMethod({ wireName: "heat_to", timeout: 5_000, description: "heats, and tells how long it takes" })
  heatTo(@Arg("degrees") degrees: number, @Arg("note") note: string = "no note"): string {
    this.target = degrees;
    this.targetChanged.next(degrees);
    return `${degrees} (${note})`;
  }

  @JsonMethod({ concurrent: true })
  echo(@Arg("value", { type: Object, nullable: true }) value: unknown): unknown {
    return value;
  }

  @JsonMethod()
  stop(): void {
    // Nothing to tell.
  }

  @JsonMethod()
  fail(): void {
    throw new Error("the door is open");
  }

  /** Never comes to an end. */
  @JsonMethod({ timeout: null, concurrent: true })
  settle(): Promise<void> {
    this.tellStarted();
    return new Promise(() => undefined);
  }

  /** Ends when it is told to. */
  @JsonMethod({ progress: Object, timeout: { idle: 5_000 }, wireName: "warm_up" })
  async *warmUp(@Arg("steps") steps: number): AsyncGenerator<object, string> {
    for (let at = 1; at <= steps; at++) {
      yield { at, of: steps };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return "warm";
  }

  @BufferMethod()
  picture(@Arg("lores") lores: boolean = false): BufferResult {
    return [Buffer.from(lores ? "small" : "large"), { format: "jpeg", lores }];
  }
}
