import { failed } from "../wire/failures";
import { failureReply } from "../wire/replies";
import { type ItemsWish, type ServedStream, type StreamRoom } from "./served-stream";

/** Streams that one client may have open, unless told otherwise. */
const DEFAULT_MAX_STREAMS_PER_CLIENT = 64;

/** What may wait of all Observables of one device, unless told otherwise. */
const DEFAULT_MAX_STREAM_BYTES = 256 * 1024 * 1024;

export interface StreamLimits {
  /** Streams that one client may have open at the same time; one more gets a `BusyError`. Default 64. */
  readonly maxStreamsPerClient?: number;
  /**
   * What may wait of Observables for all readers that do not keep up, in bytes; the stream that would go beyond fails.
   * Each has its own bound besides (`bufferBytes`). Default 256 MiB.
   */
  readonly maxStreamBytes?: number;
}

/** The streams of one device whose sources have not ended: found by their readers, and bounded for each client. */
export class OpenStreams {
  private readonly byClient = new Map<string, Map<string, ServedStream>>();
  private readonly maxPerClient: number;
  /** What waits of all of them. */
  readonly room: StreamRoom;

  constructor({
    maxStreamsPerClient = DEFAULT_MAX_STREAMS_PER_CLIENT,
    maxStreamBytes = DEFAULT_MAX_STREAM_BYTES,
  }: StreamLimits) {
    this.maxPerClient = maxStreamsPerClient;
    this.room = { bytes: 0, maxBytes: maxStreamBytes };
  }

  /**
   * @param id - The client's own name for the request that opens a stream.
   * @returns Why no stream can be opened by it; nothing where it can.
   */
  obstacleTo(client: string, id: string): string | undefined {
    const streams = this.byClient.get(client);
    if ((streams?.size ?? 0) >= this.maxPerClient) {
      return `this client has ${this.maxPerClient} streams open (maxStreamsPerClient)`;
    }
    return streams?.has(id) === true ? `this client has a stream open by the id "${id}"` : undefined;
  }

  add(client: string, id: string, stream: ServedStream): void {
    const streams = this.byClient.get(client) ?? new Map<string, ServedStream>();
    this.byClient.set(client, streams.set(id, stream));
  }

  delete(client: string, id: string): void {
    const streams = this.byClient.get(client);
    streams?.delete(id);
    if (streams?.size === 0) this.byClient.delete(client);
  }

  /** A reader asks for the next items of the stream that it opened by a request with this id. */
  ask(client: string, id: string, wish: ItemsWish): void {
    const stream = this.byClient.get(client)?.get(id);
    if (stream === undefined || stream.isOver) {
      wish.reply(failureReply(failed("no stream of this client is open by this id: it has ended")));
    } else {
      stream.ask(wish);
    }
  }
}
