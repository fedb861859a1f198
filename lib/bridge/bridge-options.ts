import { type DeviceRecord } from "../discovery/device-directory";
import { type GatewayAccess } from "../gateway/gateway-contract";
import { type Logger } from "../log/logger";
import { type NatsOptions } from "../nats/nats-options";
import { type ChannelOptions } from "../transport/rpc-channel";

/** How a bench is brought to a fleet. */
export interface BridgeOptions {
  /** `"read"` refuses calls and sets. Default `"control"`. */
  readonly access?: GatewayAccess;
  /** How the bridge gets into the NATS cluster. Default: what the URL and the environment say (`RIGWIRE_NATS_…`). */
  readonly nats?: NatsOptions;
  /** How each device is connected, such as with which keys. Default: as clients are whose options say nothing. */
  readonly connection?: (device: DeviceRecord) => ChannelOptions;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** A device that came to the fleet by the bridge, or left it. */
export interface BridgeEvent {
  readonly kind: "added" | "removed";
  /** In the fleet: `SITE/NAME`. */
  readonly name: string;
  readonly type: string;
  /** Where it is connected. */
  readonly from: string;
}
