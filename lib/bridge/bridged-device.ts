import { randomUUID } from "node:crypto";
import { type Subscription } from "rxjs";
import { type Peer } from "../client/peer";
import { messageOf } from "../errors";
import { type Fleet } from "../fleet/fleet";
import { fleetName } from "../fleet/fleet-name";
import { DevicePassage, type PassageOptions } from "../gateway/device-passage";
import { type UpstreamStatus } from "../gateway/upstream";
import { type Logger } from "../log/logger";
import { formatNatsUrl } from "../nats/nats-url";
import { type NatsOptions } from "../nats/nats-options";
import { openEndpoint } from "../transport/transports";
import { type BridgeEvent } from "./bridge-options";

/** Where a device is brought, and who is told. */
export interface BridgedDeviceOptions {
  readonly fleet: Fleet;
  readonly site: string;
  readonly passage: PassageOptions;
  readonly nats: NatsOptions | undefined;
  readonly tell: (event: BridgeEvent) => void;
  readonly logger: Logger;
}

/** An original says no version of its own. */
const NO_VERSION = "0.0.0";

/** A device in the fleet that is not served there: while the bridge reaches it, it is there, and no longer. */
export class BridgedDevice {
  private readonly passage: DevicePassage;
  private readonly status: Subscription;
  private withdraw: (() => Promise<void>) | undefined;
  /** One change ends before the next begins. */
  private turn: Promise<void> = Promise.resolve();
  private wanted: Peer | undefined;
  private closing: Promise<void> | undefined;

  /**
   * @param name - As the bench's directory calls it.
   */
  constructor(
    private readonly name: string,
    private readonly options: BridgedDeviceOptions,
  ) {
    this.passage = DevicePassage.begin(name, options.passage);
    this.status = this.passage.upstream.status$.subscribe((status) => this.follow(status));
  }

  /** Takes it out of the fleet, and leaves the device. Idempotent. */
  close(): Promise<void> {
    this.closing ??= this.end();
    return this.closing;
  }

  private async end(): Promise<void> {
    this.status.unsubscribe();
    this.wanted = undefined;
    this.next(() => this.leave("the bridge does not bring it any more"));
    await this.turn;
    await this.passage.close();
  }

  private follow({ peer, problem = "it is not connected" }: UpstreamStatus): void {
    if (peer === this.wanted) return;
    this.wanted = peer;
    this.next(() => this.leave(problem));
    if (peer !== undefined) this.next(() => (this.wanted === peer ? this.bring(peer) : Promise.resolve()));
  }

  private next(step: () => Promise<void>): void {
    this.turn = this.turn.then(step).catch((error: unknown) => {
      this.options.logger.warn(
        { err: error, device: this.name },
        `${this.name} is not brought to the fleet: ${messageOf(error)}`,
      );
    });
  }

  private async bring(peer: Peer): Promise<void> {
    const { fleet, site, passage: options, nats, tell, logger } = this.options;
    const { inventory } = peer;
    if (inventory.bridged === true) {
      logger.warn(
        { device: this.name },
        `${this.name} is brought here by another bridge, and not brought any further: look it up where it is served`,
      );
      return;
    }
    const from = this.passage.upstream.device;
    const name = inventory.name === "" ? this.name : inventory.name;
    const type = inventory.rigwire?.type ?? from?.type ?? "";
    const url = formatNatsUrl({ servers: fleet.servers, path: [site, name] });
    const endpointOptions = { ...options.endpoint, ...(nats !== undefined && { nats }) };
    const endpoint = await openEndpoint(url, this.passage, endpointOptions, logger);
    // Its clients' connections end with it: there is nobody to be told besides.
    this.passage.attach(Object.assign(endpoint, { dismissAll: () => undefined }));
    try {
      const takeBack = await fleet.announce({
        device: {
          instance: inventory.rigwire?.instance ?? randomUUID(),
          name,
          ownName: inventory.name,
          type,
          version: inventory.rigwire?.version ?? NO_VERSION,
          startedAt: new Date().toISOString(),
          atBroker: [site, name],
          urls: [],
          isBridged: true,
        },
        endpoints: () => [],
      });
      const event = { name: fleetName(site, name), type, from: from?.url ?? "" };
      this.withdraw = async () => {
        tell({ kind: "removed", ...event });
        await takeBack();
      };
      tell({ kind: "added", ...event });
    } catch (error) {
      await this.passage.detach(messageOf(error));
      throw error;
    }
  }

  private async leave(reason: string): Promise<void> {
    const { withdraw } = this;
    this.withdraw = undefined;
    await Promise.all([withdraw?.(), this.passage.detach(reason)]);
  }
}
