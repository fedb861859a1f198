import { type Observable } from "rxjs";
import { RpcProperty } from "../../decorators/rpc-property";
import { RpcService } from "../../decorators/rpc-service";
import { Signal } from "../../decorators/signal";
import { Any, arrayOf, enumOf } from "../contract/value-type";

/** What a client of a gateway may do. */
export type GatewayAccess = "control" | "read";

/** Who alone may command a device for now. */
export interface GatewayDeviceLock {
  readonly by: string;
  readonly reason: string | null;
  /** ISO 8601. */
  readonly until: string;
}

/** A device as a gateway sees it. */
export interface GatewayDevice {
  readonly name: string;
  readonly type: string;
  readonly address: string;
  readonly state: "connected" | "connecting" | "lost";
  /** Since when it is in this state; ISO 8601. */
  readonly since: string;
  /** How long the device took to answer the gateway, in milliseconds; null where it has not answered yet. */
  readonly roundTripMs: number | null;
  /** Null where anybody may command it. */
  readonly lock: GatewayDeviceLock | null;
  /** Of its rigwire; null where it is an original, or not known yet. */
  readonly version: string | null;
  /** How the gateway is connected to it, where that is not what its address says. */
  readonly road: string | null;
}

const ACCESS = enumOf(["control", "read"]);

/** A gateway as a device: which devices stand behind it. */
@RpcService({ type: "gateway" })
export abstract class Gateway {
  /** The whole list, whenever something of it changed. */
  @Signal(arrayOf(Any)) abstract readonly devicesChanged: Observable<readonly GatewayDevice[]>;

  /** Every device that is known. */
  @RpcProperty({ notify: "devicesChanged", autoNotify: false, readonly: true, type: arrayOf(Any) })
  abstract readonly devices: readonly GatewayDevice[];

  /** Whether clients of this gateway may change anything. */
  @RpcProperty({ readonly: true, type: ACCESS })
  abstract readonly access: GatewayAccess;
}
