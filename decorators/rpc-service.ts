import { type RpcClassDecorator } from "../lib/contract/decorated-member";
import { recordsOf, type Naming } from "../lib/contract/records";

/** How a class is known on the network: options of `@RpcService`. */
export interface RpcServiceOptions {
  /** The service type that directories list, such as `camera`. Default: the name of the class it stands on, `LedStrip` as `led-strip`. */
  readonly type?: string;
  /** How member names become wire names: `snake_case` maps `getImage` to `get_image`. Default `as-is`. */
  readonly naming?: Naming;
}

/** Makes a class a service: what is decorated in it can be reached from the network, and nothing else. */
export function RpcService(options: RpcServiceOptions = {}): RpcClassDecorator {
  return (type, context) => {
    recordsOf(type, context).service = options;
  };
}
