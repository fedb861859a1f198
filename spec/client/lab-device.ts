import { IsIn } from "class-validator";
import { Subject } from "rxjs";
import {
  Any,
  Arg,
  BufferMethod,
  clientOf,
  connect,
  Integer,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  tupleOf,
  type BufferResult,
  type ClientOptions,
  type Remote,
  type RpcServer,
  type ServeOptions,
} from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

/** A device with one member of every kind; what moves takes until it is let go. */
@RpcService({ type: "lab", naming: "snake_case" })
export class LabDevice {
  calls = 0;
  arrive: () => void = () => undefined;

  @Signal(String) readonly modeChanged = new Subject<string>();
  @Signal(Integer, tupleOf(Number, Number)) readonly moved = new Subject<[number, [number, number]]>();
  @Signal() readonly stopped = new Subject<void>();

  @RpcProperty({ notify: "modeChanged" }) @IsIn(["STILL", "VIDEO"]) mode: string = "STILL";
  @RpcProperty() gain: number = 1;
  @RpcProperty({ readonly: true }) readonly serialNumber: string = "A1";

  @JsonMethod() add(@Arg("a") a: number, @Arg("b") b: number = 10, @Arg("c") c: number = 100): number {
    this.calls += 1;
    return a + b + c;
  }

  @JsonMethod() echo(@Arg("value", { type: Any }) value: unknown): unknown {
    return value;
  }

  @JsonMethod() nothing(): void {
    this.calls += 1;
  }

  @JsonMethod() fail(): Promise<never> {
    return Promise.reject(new TypeError("shutter stuck"));
  }

  @JsonMethod({ timeout: 100 }) async moveTo(@Arg("position") position: number): Promise<number> {
    await new Promise<void>((arrive) => (this.arrive = arrive));
    return position;
  }

  @JsonMethod({ timeout: null }) async home(): Promise<string> {
    await new Promise<void>((arrive) => (this.arrive = arrive));
    return "home";
  }

  @BufferMethod() async getImage(@Arg("bytes") bytes: number = 3): Promise<BufferResult<{ size: number }>> {
    return [Buffer.alloc(bytes, 7), { size: bytes }];
  }
}

export interface Lab {
  readonly device: LabDevice;
  readonly remote: Remote<LabDevice>;
  readonly logger: RecordingLogger;
  readonly url: string;
  readonly server: RpcServer;
  /** Another device at the same address, once the first server closed. */
  serveAgain(): Promise<LabDevice>;
}

/** The device, served and connected to. */
export async function openLab(
  serveOptions: ServeOptions = {},
  clientOptions: ClientOptions = {},
): Promise<Lab> {
  const device = new LabDevice();
  const logger = new RecordingLogger();
  const server = closing(await serve(device, { logger, ...serveOptions }));
  // A server waits for what runs.
  closing({ close: () => device.arrive() });
  const { url } = server;
  const remote = connect(LabDevice, url, { logger, ...clientOptions });
  closing(clientOf(remote));
  const serveAgain = async () => {
    const next = new LabDevice();
    closing(await serve(next, { logger, ...serveOptions, url }));
    return next;
  };
  return { device, remote, logger, url, server, serveAgain };
}
