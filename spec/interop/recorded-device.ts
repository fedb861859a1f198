import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Observable, Subject } from "rxjs";
import {
  Any,
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

/** A frame as recordings write it. */
export type RecordedFrame = { readonly text: string } | { readonly base64: string };

export interface RecordedExchange {
  readonly note: string;
  readonly request: readonly RecordedFrame[];
  readonly reply: readonly RecordedFrame[];
}

interface Recording {
  readonly exchanges: readonly RecordedExchange[];
  readonly signals: readonly (readonly RecordedFrame[])[];
}

/** Exchanges with an original server, recorded. */
export const RECORDING_FILE = join(__dirname, "../vectors/plantimager-rpc.json");
export const RECORDING = JSON.parse(readFileSync(RECORDING_FILE, "utf8")) as Recording;

export function textOf(frame: RecordedFrame): string {
  if ("text" in frame) return frame.text;
  throw new Error("the frame was recorded as bytes");
}

interface ImageInfo {
  readonly format: string;
  readonly rotation: number;
  readonly size: readonly number[];
  readonly lores: boolean;
}

/** What the recorded server served. */
@RpcService({ type: "recorded" })
export class RecordedDevice {
  @Signal(String) readonly modeChanged = new Subject<string>();
  @Signal(Number, tupleOf(Integer, Integer)) readonly moved = new Subject<[number, [number, number]]>();
  @Signal() readonly stopped = new Subject<void>();

  @RpcProperty({ type: String, notify: "modeChanged" }) mode = "STILL";

  @RpcProperty({ readonly: true }) readonly fixed: number = 7;

  @JsonMethod({ timeout: 1_500 })
  echo(@Arg("message") message: string, @Arg("times", { type: Integer }) times = 1): string {
    return `Echo: ${message}`.repeat(times);
  }

  @JsonMethod()
  numbers(): Record<string, unknown> {
    return {
      nan: NaN,
      inf: Infinity,
      ninf: -Infinity,
      big: 1763633000123456789n,
      neg: -9223372036854775808n,
      float: 1,
      text: "NaN é 🌿",
    };
  }

  @JsonMethod()
  nothing(): void {
    // Answers null.
  }

  @JsonMethod()
  boom(): void {
    throw new Error("bad thing");
  }

  @BufferMethod({ timeout: null })
  get_image(@Arg("lores", { type: Boolean }) lores = false): BufferResult<ImageInfo> {
    const jpeg = Buffer.from("/9jerb7v", "base64");
    return [jpeg, { format: "jpeg", rotation: 0, size: [2, 3], lores }];
  }

  @BufferMethod()
  bad_image(): BufferResult {
    throw new Error("shutter stuck");
  }
}

/** The recorded server, and what else the tests ask of a device. */
@RpcService({ type: "test" })
export class TestDevice extends RecordedDevice {
  private tellListened: () => void = () => undefined;
  /** Resolves when somebody on the network subscribes to its signals. */
  readonly isListenedTo = new Promise<void>((resolve) => (this.tellListened = resolve));

  /** Subscribed while somebody listens; never emits. */
  @Signal() readonly polled = new Observable<void>(() => this.tellListened());

  @JsonMethod()
  mirror(@Arg("value", { type: Any, nullable: true }) value: unknown): unknown {
    return value;
  }

  @JsonMethod()
  understood(@Arg("value", { type: Any }) value: unknown): string {
    return typeof value === "bigint" ? `${value}n` : String(value);
  }

  @JsonMethod()
  move(@Arg("distance") distance: number): number {
    this.moved.next([distance, [1, 2]]);
    return distance;
  }

  @JsonMethod()
  async slow(@Arg("milliseconds") milliseconds: number, @Arg("answer") answer: string): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return answer;
  }

  @BufferMethod()
  empty_image(): BufferResult {
    return [new Uint8Array(), { size: [0, 0] }];
  }
}
