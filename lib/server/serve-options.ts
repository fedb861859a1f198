import { type Logger } from "../log/logger";
import { type EndpointOptions } from "../transport/endpoint";
import { type CallLimits } from "./call-limits";
import { type StreamLimits } from "./open-streams";
import { type WaitingLimits } from "./waiting-bytes";
import { type ServerInterceptor } from "./interceptor";

/** Where and how a device is served. */
export interface ServeOptions extends EndpointOptions, CallLimits, StreamLimits, WaitingLimits {
  /**
   * Where to serve: `tcp://HOST[:PORT]`, `ws://HOST[:PORT][/PATH]`, `wss://…`, `unix://PATH`, `ipc://PATH` or
   * `inproc://NAME`; or several of them, the first of which is told to registries. Default: this computer only, a free
   * port.
   */
  readonly url?: string | readonly string[];
  /** The device's name, as clients see it in the inventory. Default: none, until a registry gives one. */
  readonly name?: string;
  /**
   * The folder with the files that keep the values of properties with `persist`, one file a device, named after
   * {@link name} (or the service type where there is none). Default: `rigwire/settings` in the user's state folder:
   * `$XDG_STATE_HOME`, or `~/.local/state`.
   */
  readonly settingsFolder?: string;
  /** Whether a client may end the server with `STOP_SERVER`. Default false. */
  readonly allowRemoteStop?: boolean;
  /** How long methods that run when the server closes may take to their end, in milliseconds. Default 2 000. */
  readonly closeGraceMs?: number;
  /** Stand around every request for a member, the first outermost. Default: none. */
  readonly interceptors?: readonly ServerInterceptor[];
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}
