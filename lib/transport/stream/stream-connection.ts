import { AuthenticationError, MalformedMessageError, messageOf } from "../../errors";
import { platform } from "../../platform/current";
import { deferred, type Deferred } from "../../time/deferred";
import { withDeadline } from "../../time/with-deadline";
import { type Frame } from "../../wire/frame";
import { type Connection, type ConnectionReceiver, type Road, type SignalRoad } from "../connection";
import { type Carrier, type CarrierReceiver, type OpenCarrier } from "./carrier";
import { FrameDecoder } from "./frame-decoder";
import { KIND, MAX_PART_BYTES } from "./frame-layout";
import { FrameWriter } from "./frame-writer";
import { Heartbeat } from "./heartbeat";
import { decodeServerHello, encodeClientHello, MAX_HELLO_BYTES, type Refusal, STREAM_VERSION } from "./hello";

/** A server that takes a connection but does not shake hands is given up after this time, in milliseconds. */
const HANDSHAKE_TIMEOUT_MS = 3_000;

/** The info object of a reply and its bytes. */
const PARTS_AT_FULL_LENGTH = 2;

/** When more than this waits, the next request waits in its queue, where it can be given up. */
const MAX_BACKLOG_BYTES = 1024 * 1024;

/** Shorter bytes get memory of their own: else they would keep all that was read with them. */
const SHORT_BYTES = 16 * 1024;

/** How a stream is opened. */
export interface StreamOptions {
  readonly maxMessageBytes: number;
  readonly token?: string | undefined;
  /** What lets this client in on the local road, and what the server must answer. */
  readonly localRoad?: { readonly ticket: string; readonly proof: string } | undefined;
  /** A peer that is silent for so long is lost, in milliseconds; nothing where the system tells of its end. */
  readonly heartbeatMs?: number | undefined;
}

/** A client's connection to one server, over any carrier. */
export class StreamConnection implements Connection {
  readonly signals: SignalRoad = {
    open: () => Promise.resolve(),
    subscribe: (signal) => this.writer.write(KIND.subscribe, 0, [signal]),
    unsubscribe: (signal) => this.writer.write(KIND.unsubscribe, 0, [signal]),
    mark: () => undefined,
  };
  readonly road: Road | undefined;
  isClosed = false;
  private readonly carrier: Carrier;
  private readonly writer: FrameWriter;
  private readonly decoder: FrameDecoder;
  private readonly welcome = deferred();
  private isWelcome = false;
  private heartbeat: Heartbeat | undefined;
  private drained: Deferred<void> | undefined;

  private constructor(
    readonly url: string,
    openCarrier: OpenCarrier,
    private readonly receiver: ConnectionReceiver,
    private readonly options: StreamOptions,
  ) {
    this.road = options.localRoad === undefined ? undefined : "local";
    this.decoder = new FrameDecoder(MAX_HELLO_BYTES, PARTS_AT_FULL_LENGTH, (kind, id, parts) =>
      this.receive(kind, id, parts),
    );
    const carrierReceiver: CarrierReceiver = {
      onBytes: (chunk) => this.read(() => this.decoder.push(chunk)),
      direct: {
        room: () => this.decoder.room(),
        filled: (bytes) => this.read(() => this.decoder.filled(bytes)),
        wantedBytes: () => this.decoder.wantedBytes,
        isShared: () => this.decoder.isChunkShared,
      },
      onDrain: () => this.drain(),
      onClose: (reason) => this.lose(reason),
    };
    this.carrier = openCarrier(carrierReceiver);
    this.writer = new FrameWriter(this.carrier);
  }

  /**
   * Shakes hands over a carrier that is connected.
   *
   * @throws AuthenticationError if the server does not let this client in; else Error with the reason in a few words.
   */
  static async open(
    url: string,
    openCarrier: OpenCarrier,
    receiver: ConnectionReceiver,
    options: StreamOptions,
    signal: AbortSignal,
  ): Promise<StreamConnection> {
    const connection = new StreamConnection(url, openCarrier, receiver, options);
    const end = () => connection.fail(new Error("the client closed"));
    signal.addEventListener("abort", end, { once: true });
    connection.writer.write(KIND.hello, 0, [
      encodeClientHello({ token: options.token, ticket: options.localRoad?.ticket }),
    ]);
    try {
      await withDeadline(connection.welcome.promise, HANDSHAKE_TIMEOUT_MS, () => {
        throw new Error("no answer");
      });
      return connection;
    } catch (error) {
      connection.end();
      throw error;
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  send(id: number | undefined, frames: readonly Frame[]): Promise<void> | undefined {
    this.writer.write(KIND.message, id ?? 0, frames);
    // A batch holds what belongs together: nothing more is worth waiting for.
    if (id === undefined) this.writer.flush();
    if (this.writer.backlog <= MAX_BACKLOG_BYTES) return undefined;
    this.drained ??= deferred();
    return this.drained.promise;
  }

  /** Hands over what was written. */
  flush(): void {
    this.writer.flush();
  }

  introduce(): void {
    // Everything goes over this one connection: there is nothing that would have to be found.
  }

  end(): void {
    if (this.isClosed) return;
    this.close();
    this.carrier.destroy();
  }

  private close(): void {
    this.isClosed = true;
    this.decoder.stop();
    this.heartbeat?.stop();
    this.drained?.resolve();
  }

  private lose(reason: string): void {
    if (!this.isWelcome) {
      this.fail(new Error(reason));
      return;
    }
    if (this.isClosed) return;
    this.end();
    this.receiver.onLost(reason);
  }

  private fail(error: unknown): void {
    this.welcome.reject(error);
    this.end();
  }

  private drain(): void {
    this.drained?.resolve();
    this.drained = undefined;
  }

  private read(decode: () => void): void {
    if (this.isClosed) return;
    this.heartbeat?.heard();
    try {
      decode();
    } catch (error) {
      if (!(error instanceof MalformedMessageError)) throw error;
      this.lose(messageOf(error));
    }
  }

  private receive(kind: number, id: number, parts: readonly Uint8Array[]): void {
    const [first = EMPTY, second, third] = parts;
    if (!this.isWelcome) {
      this.greet(kind, first);
      return;
    }
    switch (kind) {
      case KIND.message:
        return this.receiver.onMessage(id === 0 ? undefined : id, parts.map(ownBytes));
      case KIND.signal:
        return this.receiver.onSignal(
          platform().textOf(first),
          platform().bytesOf(second ?? EMPTY),
          third === undefined ? undefined : ownBytes(third, 2),
        );
      case KIND.ping:
        return this.writer.write(KIND.pong, 0, []);
      case KIND.pong:
        return;
      default:
        throw new MalformedMessageError(`the stream cannot be read: a server sends no frame of kind ${kind}`);
    }
  }

  private greet(kind: number, frame: Uint8Array): void {
    if (kind !== KIND.hello) {
      throw new MalformedMessageError("the peer does not speak rigwire's stream protocol");
    }
    const { version, refused, proof } = decodeServerHello(frame);
    if (refused !== undefined) {
      this.fail(refusalError(refused, this.url, version));
      return;
    }
    if (version !== STREAM_VERSION) {
      this.fail(refusalError("version", this.url, version));
      return;
    }
    if (this.options.localRoad !== undefined && proof !== this.options.localRoad.proof) {
      this.fail(new Error("another server is there"));
      return;
    }
    this.isWelcome = true;
    this.decoder.maxPartBytes = Math.min(this.options.maxMessageBytes, MAX_PART_BYTES);
    const { heartbeatMs } = this.options;
    if (heartbeatMs !== undefined) {
      this.heartbeat = new Heartbeat(
        heartbeatMs,
        () => this.writer.write(KIND.ping, 0, []),
        () => this.lose(`no word for ${heartbeatMs} ms`),
      );
    }
    this.welcome.resolve();
  }
}

const EMPTY = new Uint8Array(0);

/** A JSON body is read at once; the bytes behind it are the user's, who may keep them. */
function ownBytes(part: Uint8Array, index: number) {
  const isKept = index > 0 && part.length < SHORT_BYTES;
  return platform().bytesOf(isKept ? new Uint8Array(part) : part);
}

function refusalError(refusal: Refusal, url: string, version: number): Error {
  switch (refusal) {
    case "no-token":
      return new AuthenticationError(
        `${url} takes only clients with a token: give this one its own (token, or RIGWIRE_TOKEN); ` +
          "rigwire keygen --token NAME makes one at the server",
        "client-without-token",
      );
    case "unknown-token":
      return new AuthenticationError(
        `${url} does not know this client's token: it was revoked, or is another server's`,
        "unknown-token",
      );
    case "no-ticket":
      return new Error("its ticket was not taken");
    case "busy":
      return new Error("the server has too many connections");
    case "version":
      return new Error(
        `it speaks version ${version} of the stream protocol, this is ${STREAM_VERSION}: update the older`,
      );
  }
}
