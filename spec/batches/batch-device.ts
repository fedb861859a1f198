import {
  Arg,
  BufferMethod,
  type BufferResult,
  clientOf,
  type ClientOptions,
  connect,
  Integer,
  JsonMethod,
  type Remote,
  RpcProperty,
  RpcService,
  serve,
  type ServeOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { OVER_THE_WIRE } from "../support/tcp-proxy";
import { RecordingLogger } from "../support/recording-logger";

/** A device that remembers what it was made to do, and in which order. */
@RpcService({ type: "batched" })
export class BatchDevice {
  readonly started: number[] = [];
  private readonly held: (() => void)[] = [];

  @RpcProperty() level: number = 0;

  @JsonMethod()
  run(@Arg("number") number: number): number {
    this.started.push(number);
    return number;
  }

  @JsonMethod()
  echo(@Arg("value") value: unknown): unknown {
    return value;
  }

  @JsonMethod()
  fail(@Arg("text") text: string): never {
    throw new Error(text);
  }

  @BufferMethod()
  bytes(
    @Arg("length", { type: Integer }) length: number,
    @Arg("fill", { type: Integer }) fill: number,
  ): BufferResult<{ fill: number }> {
    return [Buffer.alloc(length, fill), { fill }];
  }

  /** Keeps the device busy until it is let go. */
  @JsonMethod({ timeout: null })
  async hold(): Promise<string> {
    await new Promise<void>((resolve) => this.held.push(resolve));
    return "held";
  }

  /** The same beside the other methods. */
  @JsonMethod({ timeout: null, concurrent: true })
  holdBeside(): Promise<string> {
    return this.hold();
  }

  /** Answered at once: then everything that was sent before has arrived. */
  @JsonMethod({ concurrent: true })
  arrived(): void {
    // There is nothing to do.
  }

  get isHeld(): boolean {
    return this.held.length > 0;
  }

  release(): void {
    for (const resolve of this.held.splice(0)) resolve();
  }
}

export async function serveBatchDevice(options: ServeOptions = {}) {
  const device = new BatchDevice();
  const { url } = closing(
    await serve(device, { name: "batch-1", logger: new RecordingLogger(), ...options }),
  );
  return { device, url };
}

/** A client that is connected and knows that its device takes batches. */
export async function batchingClient(url: string, options: ClientOptions = {}): Promise<Remote<BatchDevice>> {
  const remote = connect(BatchDevice, url, { ...OVER_THE_WIRE, ...options });
  closing(clientOf(remote));
  await clientOf(remote).inventory({ timeoutMs: 5_000 });
  return remote;
}

export function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
