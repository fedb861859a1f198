import { Subject } from "rxjs";
import { RpcProperty } from "../../decorators/rpc-property";
import { RpcService } from "../../decorators/rpc-service";
import { Signal } from "../../decorators/signal";
import { arrayOf } from "../contract/value-type";

/** Whether the gateway knows a device to answer, still tries for the first time, or does not reach it. */
export type DeviceState = "connected" | "connecting" | "lost";

/** A device as the gateway sees it. */
export interface GatewayDevice {
  /** Its path is `/devices/` and this name, percent-encoded. A device without a name is called by its type. */
  readonly name: string;
  /** The service type; empty where it is not known. */
  readonly type: string;
  /** Where the device is served. */
  readonly address: string;
  readonly state: DeviceState;
  /** When the state began, ISO 8601. */
  readonly since: string;
  /** How long the device took to answer the gateway the last time; nothing where it has not. */
  readonly roundTripMs: number | null;
  /** Of the library that serves it; nothing for an original, or while it is not known. */
  readonly version: string | null;
  /** How the gateway reaches it, where that is not what its address says: `local` within one computer. */
  readonly road: string | null;
}

/** What clients of a gateway may do: everything that devices offer, or reading only. */
export type GatewayAccess = "control" | "read";

/** The gateway itself as a device, at `/gateway`. */
@RpcService({ type: "gateway" })
export class Gateway {
  /** The whole list, when it has changed; several times a second at most. */
  @Signal(arrayOf(Object))
  readonly devicesChanged = new Subject<GatewayDevice[]>();

  @RpcProperty({
    readonly: true,
    notify: "devicesChanged",
    type: arrayOf(Object),
    description: "the devices that can be reached",
  })
  devices: GatewayDevice[] = [];

  @RpcProperty({
    readonly: true,
    type: String,
    description: "control, or read where devices may not be changed",
  })
  access: GatewayAccess = "read";
}
