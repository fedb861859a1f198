import { Subject } from "rxjs";
import {
  Arg,
  type ClientOptions,
  clientOf,
  connect,
  CallContext,
  JsonMethod,
  type Remote,
  RpcService,
  type RpcServer,
  serve,
  type ServeOptions,
  Signal,
} from "../../../lib/index";
import { closing } from "../../support/closing";
import { RecordingLogger } from "../../support/recording-logger";

/** A device for tests of who may connect, and where. */
@RpcService({ type: "lamp" })
export class Lamp {
  @Signal(Boolean) readonly switched = new Subject<boolean>();

  @JsonMethod({ concurrent: true }) switch(@Arg("on") on: boolean): boolean {
    this.switched.next(on);
    return on;
  }

  @JsonMethod({ concurrent: true }) whoAmI(): string {
    return CallContext.current().client.key ?? "nobody";
  }

  @JsonMethod({ concurrent: true }) whichClientIAm(): string {
    return CallContext.current().client.id;
  }
}

/** @returns The server, and what it logs. */
export async function serveLamp(
  options: ServeOptions,
): Promise<{ readonly server: RpcServer; readonly logger: RecordingLogger }> {
  const logger = new RecordingLogger();
  const server = await serve(new Lamp(), { logger, closeGraceMs: 100, ...options });
  return { server: closing(server), logger };
}

export function connectLamp(url: string, options?: ClientOptions): Remote<Lamp> {
  const lamp = connect(Lamp, url, { logger: new RecordingLogger(), timeoutMs: 2_000, ...options });
  closing(clientOf(lamp));
  return lamp;
}
