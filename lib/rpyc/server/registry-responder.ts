import { isLoopbackHost } from "../../address/hosts";
import { messageOf } from "../../errors";
import { defaultLogger, type Logger } from "../../log/logger";
import { BurstLog } from "../../log/burst-log";
import { decodeRequest, type RegistryRequest } from "../registry-message";
import {
  encodeAddresses,
  encodeNames,
  LISTING_OFF_REPLY,
  OK_REPLY,
  type EncodedReply,
} from "../registry-reply";
import { plainHost, type RegisteredAddress } from "../service-address";
import { ServiceTable, type ServiceTableOptions } from "./service-table";

/** What an RPyC registry is told, whether it listens to datagrams or connections. */
export interface RegistryResponderOptions extends ServiceTableOptions {
  /** Whether LIST is answered; without it a LIST gets None. Default false. */
  readonly allowListing?: boolean;
  /**
   * The address to hand out for services that register from a loopback address, where only this machine
   * could reach them: this machine's address in the network. Default: they are handed out as they are.
   */
  readonly loopbackHost?: string;
  /** Services to serve instead of a table of its own: one table behind UDP and TCP, for instance. */
  readonly services?: ServiceTable;
  /** Changes what commands do, as a subclass of the original overrides its `cmd_*`. Default: nothing. */
  readonly commands?: (own: RegistryCommands) => Partial<RegistryCommands>;
  /** Default: {@link defaultLogger}. */
  readonly logger?: Logger;
}

/** What a registry does about each command (RPyC registry: `cmd_register`, …). */
export interface RegistryCommands {
  /** @returns Whether it is registered; if not, the client gets no answer. */
  register(names: readonly string[], address: RegisteredAddress): boolean;
  /** Removes a service from every name that it has at an address. */
  unregister(address: RegisteredAddress): void;
  /**
   * Where the services of a name are, those that were heard from longest ago first.
   *
   * @param sender - The address that asks.
   */
  query(name: string, sender: string): Iterable<RegisteredAddress>;
  /** @returns Nothing where listing is not allowed. */
  list(host: string | undefined, sender: string): Iterable<string> | undefined;
}

/** Answers the requests of a registry (RPyC registry); knows no sockets. */
export class RegistryResponder {
  readonly services: ServiceTable;
  private readonly log: BurstLog;
  private readonly commands: RegistryCommands;

  /** @param maxReplyBytes - A reply that would be longer holds only its first entries. */
  constructor(
    private readonly options: RegistryResponderOptions,
    private readonly maxReplyBytes: number,
  ) {
    this.services = options.services ?? new ServiceTable(options);
    this.log = new BurstLog(options.logger ?? defaultLogger());
    const own = this.ownCommands();
    this.commands = { ...own, ...options.commands?.(own) };
  }

  /**
   * The reply to a request, or `undefined` if it gets none: because it is malformed, or the table is full.
   *
   * @param sender - The address it came from, which is where a registered service is.
   */
  answer(request: Uint8Array, sender: string): Buffer | undefined {
    let decoded: RegistryRequest;
    try {
      decoded = decodeRequest(request);
    } catch (error) {
      this.log.debug(
        { sender, reason: messageOf(error) },
        "RPyC registry: a malformed request gets no reply",
      );
      return undefined;
    }
    const reply = this.carryOut(decoded, this.handedOut(sender));
    if (reply?.complete === false) {
      this.log.warn(
        { sender, command: decoded.command, maxReplyBytes: this.maxReplyBytes },
        "RPyC registry: a reply was cut to the entries that fit",
      );
    }
    return reply?.bytes;
  }

  private carryOut(request: RegistryRequest, host: string): EncodedReply | undefined {
    switch (request.command) {
      case "REGISTER":
        if (this.commands.register(request.names, { host, port: request.port })) return OK_REPLY;
        this.log.warn({ host, port: request.port }, "RPyC registry: a service is not registered");
        return undefined;
      case "UNREGISTER":
        this.commands.unregister({ host, port: request.port });
        return OK_REPLY;
      case "QUERY":
        return encodeAddresses(this.commands.query(request.name, host), this.maxReplyBytes);
      case "LIST": {
        const names = this.commands.list(this.filtered(request.host), host);
        return names === undefined ? LISTING_OFF_REPLY : encodeNames(names, this.maxReplyBytes);
      }
    }
  }

  private ownCommands(): RegistryCommands {
    const { services } = this;
    return {
      register: (names, address) => services.register(names, address),
      unregister: (address) => services.unregister(address),
      query: (name) => services.query(name),
      list: (host) => (this.options.allowListing === true ? services.names(host) : undefined),
    };
  }

  private handedOut(host: string): string {
    const plain = plainHost(host);
    return isLoopbackHost(plain) ? (this.options.loopbackHost ?? plain) : plain;
  }

  private filtered(host: string | undefined): string | undefined {
    return host === undefined ? undefined : this.handedOut(host);
  }
}
