import { EncodingError } from "../errors";
import { type RpcEndpoint } from "../transport/endpoint";
import { frameBytes, isLarger } from "../wire/frame";

/** Sends one frame of a signal to whoever subscribed to it. @returns How many of them miss it. */
export type PublishSignal = (signal: string, frame: string, data?: Uint8Array) => number;

/**
 * Publishes what clients can take.
 *
 * @param maxTextBytes - The longest text that they take, in bytes.
 * @returns A function that throws an EncodingError for a signal that is larger.
 */
export function boundedPublishing(endpoint: RpcEndpoint, maxTextBytes: number): PublishSignal {
  return (signal, frame, data) => {
    const { maxMessageBytes } = endpoint;
    const bytes = data === undefined ? 0 : data.length + frameBytes(frame);
    if (bytes > maxMessageBytes) throw tooLarge(bytes, "maxMessageBytes", maxMessageBytes);
    const [limit, option] =
      maxTextBytes < maxMessageBytes ? [maxTextBytes, "maxTextBytes"] : [maxMessageBytes, "maxMessageBytes"];
    if (isLarger(frame, limit)) throw tooLarge(frameBytes(frame), option, limit);
    return endpoint.publish(signal, frame, data);
  };
}

function tooLarge(bytes: number, option: string, limit: number): EncodingError {
  return new EncodingError(`a signal of ${bytes} bytes is more than ${option} (${limit}) allows`);
}
