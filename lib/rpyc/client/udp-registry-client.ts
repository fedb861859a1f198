import { createSocket, type Socket } from "node:dgram";
import { lookUpHosts } from "../../address/node/look-up-host";
import { defaultLogger, type Logger } from "../../log/logger";
import { messageOf, RpycRegistryUnreachableError } from "../../errors";
import {
  allowedNames,
  checkedRequest,
  DEFAULT_REPLY_TIMEOUT_MS,
  registryPort,
  type RegistryCallOptions,
  type RpycRegistryClient,
} from "./registry-client";
import { decodeAddresses, decodeNames, isOk } from "../registry-reply";
import { replyInTime } from "./reply-in-time";
import { formatAddress, type ServiceAddress } from "../service-address";

/** After the first reply to a broadcast the other registries have this long for theirs. */
const GATHER_MS = 200;

/** Where registries are that speak UDP. */
export interface UdpRegistryClientOptions {
  /** The registry's address or name. Default `255.255.255.255`: whichever registries are in the local network. */
  readonly host?: string;
  /** Default 18,811. */
  readonly port?: number;
  /** Whether `host` is a broadcast address. Default: if it is IPv4 with a part that is 255. */
  readonly broadcast?: boolean;
  /** Milliseconds to wait for a reply. Default 2,000. */
  readonly timeoutMs?: number;
  /** This machine's address to send from: where a registered service is then found. Default: the system's choice. */
  readonly localAddress?: string;
  /** Gets what is asked and answered, at level debug. Default: {@link defaultLogger}. */
  readonly logger?: Logger;
}

/**
 * Asks an RPyC registry by datagrams (RPyC registry). Only what comes from the registry's port is taken for
 * a reply; from whichever host, since a registry may have several addresses. A broadcast gathers the replies
 * of all registries that answer within 200 ms after the first.
 */
export class UdpRegistryClient implements RpycRegistryClient {
  readonly url: string;
  private readonly host: string;
  private readonly port: number;
  private readonly broadcast: boolean;
  private readonly timeoutMs: number;
  private readonly localAddress: string | undefined;
  private readonly logger: Logger;

  constructor(options: UdpRegistryClientOptions = {}) {
    this.host = options.host ?? "255.255.255.255";
    this.port = registryPort(options.port);
    this.broadcast = options.broadcast ?? this.host.split(".").includes("255");
    this.timeoutMs = options.timeoutMs ?? DEFAULT_REPLY_TIMEOUT_MS;
    this.localAddress = options.localAddress;
    this.logger = options.logger ?? defaultLogger();
    this.url = `udp://${formatAddress({ host: this.host, port: this.port })}`;
  }

  async discover(name: string, options: RegistryCallOptions = {}): Promise<readonly ServiceAddress[]> {
    const request = checkedRequest({ command: "QUERY", name });
    const replies = await this.replies(request, orUndefined(decodeAddresses), this.gatherMs, options);
    const distinct = new Map(replies.flat().map((address) => [formatAddress(address), address]));
    this.logger.debug({ registry: this.url, name, found: distinct.size }, "RPyC registry: discovered");
    return [...distinct.values()];
  }

  async list(host?: string, options: RegistryCallOptions = {}): Promise<readonly string[]> {
    const request = checkedRequest({ command: "LIST", host });
    const replies = await this.replies(request, orUndefined(decodeNames), this.gatherMs, options);
    const allowed = replies.filter((names) => names !== null);
    return allowedNames(allowed.length === 0 ? null : [...new Set(allowed.flat())], this.url);
  }

  async register(names: readonly string[], port: number, options: RegistryCallOptions = {}): Promise<void> {
    const request = checkedRequest({ command: "REGISTER", names, port });
    await this.replies(request, okOrUndefined, 0, options);
    this.logger.debug({ registry: this.url, names, port }, "RPyC registry: registered");
  }

  async unregister(port: number, options: RegistryCallOptions = {}): Promise<void> {
    const request = checkedRequest({ command: "UNREGISTER", port });
    await this.replies(request, okOrUndefined, 0, options);
    this.logger.debug({ registry: this.url, port }, "RPyC registry: unregistered");
  }

  private get gatherMs(): number {
    return this.broadcast ? GATHER_MS : 0;
  }

  /** What `decode` makes of the replies; those of which it makes `undefined` are none. */
  private replies<T>(
    request: Buffer,
    decode: (reply: Buffer) => T | undefined,
    gatherMs: number,
    { signal }: RegistryCallOptions,
  ): Promise<readonly T[]> {
    const replies: T[] = [];
    const limits = { timeoutMs: this.timeoutMs, signal };
    return replyInTime<readonly T[]>(
      limits,
      () => this.silence(),
      (resolve, reject) => {
        const sockets: Socket[] = [];
        let gathering: NodeJS.Timeout | undefined;
        let freed = false;
        const fail = (error: unknown) => reject(this.unreachable(error));
        const onReply = (bytes: Buffer, sender: { port: number }) => {
          const reply = sender.port === this.port ? decode(bytes) : undefined;
          if (reply === undefined) return;
          replies.push(reply);
          if (gatherMs === 0) resolve(replies);
          else gathering ??= setTimeout(() => resolve(replies), gatherMs);
        };
        lookUpHosts(this.host).then((addresses) => {
          if (freed) return;
          const failed = new Set<Socket>();
          for (const { address, family } of addresses) {
            const socket = createSocket(family === 6 ? "udp6" : "udp4");
            sockets.push(socket);
            const onError = (error: unknown) => {
              failed.add(socket);
              if (failed.size === addresses.length) fail(error);
            };
            socket.on("error", onError).on("message", onReply);
            this.send(socket, request, address, onError);
          }
        }, fail);
        return () => {
          freed = true;
          clearTimeout(gathering);
          for (const socket of sockets) socket.close();
        };
      },
    );
  }

  private send(socket: Socket, request: Buffer, address: string, onError: (error: unknown) => void): void {
    const bound = () => {
      if (this.broadcast) socket.setBroadcast(true);
      socket.send(request, this.port, address, (error) => {
        if (error !== null) onError(error);
      });
    };
    if (this.localAddress === undefined) socket.bind(0, bound);
    else socket.bind(0, this.localAddress, bound);
  }

  private silence(): RpycRegistryUnreachableError {
    const cure = this.broadcast
      ? "name the registry's address, or use TcpRegistryClient where broadcasts do not pass"
      : "start one there (`rpyc_registry`, or rigwire's UdpRegistryServer), or open UDP for it in the firewall";
    return new RpycRegistryUnreachableError(
      `no RPyC registry answered at ${this.url} within ${this.timeoutMs} ms: ${cure}`,
    );
  }

  private unreachable(cause: unknown): RpycRegistryUnreachableError {
    const from = this.localAddress === undefined ? "" : ` from ${this.localAddress}`;
    return new RpycRegistryUnreachableError(
      `the RPyC registry at ${this.url} cannot be asked${from}: ${messageOf(cause)}; ` +
        "check the registry's address and this machine's network",
      {},
      { cause },
    );
  }
}

/** Strangers' datagrams are no replies: the wait goes on. */
function orUndefined<T>(decode: (bytes: Buffer) => T): (bytes: Buffer) => T | undefined {
  return (bytes) => {
    try {
      return decode(bytes);
    } catch {
      return undefined;
    }
  };
}

function okOrUndefined(bytes: Buffer): true | undefined {
  return isOk(bytes) || undefined;
}
