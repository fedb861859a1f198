import { EncodingError, placeName, type ErrorPlace } from "../errors";
import { type OutgoingRequest } from "../transport/rpc-channel";
import { encodeRequest, type RpcRequest } from "../wire/requests";
import { type CallOptions } from "./call-options";
import { type Peer } from "./peer";

/** How long a call that may take for ever waits for the device to be there at all, in milliseconds. */
const LONGEST_CONNECT_MS = 10_000;

/** How long a request is waited for if the caller does not say; null for ever. Without a peer: before it is known. */
export type UsualTimeout = (peer: Peer | undefined) => number | null;

/** One request of a client, made for each call: it holds what the channel asks for, and nothing is made before. */
export class OutgoingCall implements OutgoingRequest<Peer> {
  /**
   * @param client - Names the device in errors.
   * @param member - The member's name in TypeScript; nothing for what concerns the whole device.
   */
  constructor(
    private readonly client: { readonly device: string },
    private readonly request: RpcRequest,
    private readonly member: string | undefined,
    private readonly usualTimeout: UsualTimeout,
    private readonly options: CallOptions,
    private readonly defaults: CallOptions,
  ) {}

  get place(): ErrorPlace {
    const { device } = this.client;
    return this.member === undefined ? { device } : { device, member: this.member };
  }

  get signal(): AbortSignal | undefined {
    return this.options.signal ?? this.defaults.signal;
  }

  timeoutMs(peer: Peer | undefined): number | null {
    const { timeoutMs = this.defaults.timeoutMs } = this.options;
    const wanted = timeoutMs === undefined ? this.usualTimeout(peer) : timeoutMs;
    return peer === undefined ? (wanted ?? LONGEST_CONNECT_MS) : wanted;
  }

  /** Commands tell the server until when they may be started, on its own clock. */
  encode({ clockOffset }: Peer, remainingMs: number | null): string {
    try {
      return clockOffset === undefined || remainingMs === null
        ? encodeRequest(this.request)
        : encodeRequest(this.request, Math.floor(performance.now() + clockOffset + remainingMs));
    } catch (error) {
      throw withPlace(error, this.place);
    }
  }
}

/** The error of a value that cannot be sent, with device and member; any other as it is. */
export function withPlace(error: unknown, place: ErrorPlace): unknown {
  if (!(error instanceof EncodingError)) return error;
  return new EncodingError(`${placeName(place)}${error.message}`, place, { cause: error });
}
