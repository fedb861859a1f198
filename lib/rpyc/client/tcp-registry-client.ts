import { connect } from "node:net";
import { defaultLogger, type Logger } from "../../log/logger";
import { MalformedMessageError, messageOf, RpycRegistryUnreachableError } from "../../errors";
import { BrineScanner } from "../brine/scanner";
import {
  allowedNames,
  checkedRequest,
  DEFAULT_REPLY_TIMEOUT_MS,
  registryPort,
  type RegistryCallOptions,
  type RpycRegistryClient,
} from "./registry-client";
import { decodeAddresses, decodeNames, isOk, MAX_REPLY_BYTES } from "../registry-reply";
import { replyInTime } from "./reply-in-time";
import { formatAddress, type ServiceAddress } from "../service-address";

/** Where a registry is that speaks TCP. */
export interface TcpRegistryClientOptions {
  /** The registry's address or name. */
  readonly host: string;
  /** Default 18,811. */
  readonly port?: number;
  /** Milliseconds to wait for connection and reply. Default 2,000. */
  readonly timeoutMs?: number;
  /** This machine's address to connect from: where a registered service is then found. Default: the system's choice. */
  readonly localAddress?: string;
  /** Gets what is asked and answered, at level debug. Default: {@link defaultLogger}. */
  readonly logger?: Logger;
}

/**
 * Asks an RPyC registry over TCP (RPyC registry), each request by a connection of its own. Replies of up to
 * 262,144 bytes are read, in however many pieces they come.
 */
export class TcpRegistryClient implements RpycRegistryClient {
  readonly url: string;
  private readonly port: number;
  private readonly timeoutMs: number;
  private readonly logger: Logger;

  constructor(private readonly options: TcpRegistryClientOptions) {
    this.port = registryPort(options.port);
    this.timeoutMs = options.timeoutMs ?? DEFAULT_REPLY_TIMEOUT_MS;
    this.logger = options.logger ?? defaultLogger();
    this.url = `tcp://${formatAddress({ host: options.host, port: this.port })}`;
  }

  async discover(name: string, options: RegistryCallOptions = {}): Promise<readonly ServiceAddress[]> {
    const reply = await this.reply(checkedRequest({ command: "QUERY", name }), options);
    const found = this.decoded(decodeAddresses, reply);
    this.logger.debug({ registry: this.url, name, found: found.length }, "RPyC registry: discovered");
    return found;
  }

  async list(host?: string, options: RegistryCallOptions = {}): Promise<readonly string[]> {
    const reply = await this.reply(checkedRequest({ command: "LIST", host }), options);
    return allowedNames(this.decoded(decodeNames, reply), this.url);
  }

  async register(names: readonly string[], port: number, options: RegistryCallOptions = {}): Promise<void> {
    this.expectOk(await this.reply(checkedRequest({ command: "REGISTER", names, port }), options));
    this.logger.debug({ registry: this.url, names, port }, "RPyC registry: registered");
  }

  async unregister(port: number, options: RegistryCallOptions = {}): Promise<void> {
    this.expectOk(await this.reply(checkedRequest({ command: "UNREGISTER", port }), options));
    this.logger.debug({ registry: this.url, port }, "RPyC registry: unregistered");
  }

  private reply(request: Buffer, { signal }: RegistryCallOptions): Promise<Buffer> {
    const limits = { timeoutMs: this.timeoutMs, signal };
    const silence = () => this.unreachable(`it did not answer within ${this.timeoutMs} ms`);
    return replyInTime<Buffer>(limits, silence, (resolve, reject) => {
      const { host, localAddress } = this.options;
      const socket = connect({
        host,
        port: this.port,
        ...(localAddress === undefined ? {} : { localAddress }),
      });
      const scanner = new BrineScanner();
      const pieces: Buffer[] = [];
      let size = 0;
      socket.on("connect", () => socket.write(request));
      socket.on("data", (piece: Buffer) => {
        pieces.push(piece);
        size += piece.length;
        try {
          scanner.push(piece);
          if (scanner.complete) resolve(Buffer.concat(pieces));
          else if (size >= MAX_REPLY_BYTES)
            reject(this.notBrine(`it goes on after ${MAX_REPLY_BYTES} bytes`));
        } catch (error) {
          reject(this.notBrine(messageOf(error)));
        }
      });
      socket.on("error", (error) => reject(this.unreachable(messageOf(error), error)));
      socket.on("close", () => reject(this.unreachable("it closed the connection without a whole reply")));
      return () => socket.destroy();
    });
  }

  private decoded<T>(decode: (reply: Buffer) => T, reply: Buffer): T {
    try {
      return decode(reply);
    } catch (error) {
      throw this.notBrine(messageOf(error));
    }
  }

  private expectOk(reply: Buffer): void {
    if (!isOk(reply)) throw this.notBrine("it is not OK");
  }

  private unreachable(what: string, cause?: unknown): RpycRegistryUnreachableError {
    const from = this.options.localAddress === undefined ? "" : ` (asked from ${this.options.localAddress})`;
    return new RpycRegistryUnreachableError(
      `no RPyC registry answered at ${this.url}${from}: ${what}; start one there ` +
        "(`rpyc_registry -m tcp`, or rigwire's TcpRegistryServer), or open TCP for it in the firewall",
      {},
      { cause },
    );
  }

  private notBrine(what: string): MalformedMessageError {
    return new MalformedMessageError(
      `what listens at ${this.url} does not answer as an RPyC registry does: ${what}; check the address and port`,
    );
  }
}
