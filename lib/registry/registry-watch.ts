import { type Subscriber } from "rxjs";
import { type DeviceEvent, type DeviceRecord } from "../discovery/device-directory";
import { ConnectionLostError, DeviceUnavailableError, messageOf, RpcTimeoutError } from "../errors";
import { type Logger } from "../log/logger";
import {
  type ChannelOptions,
  type ChannelState,
  type Locate,
  type RpcChannel,
} from "../transport/rpc-channel";
import { ReconnectingChannel } from "../transport/reconnecting-channel";
import { CHANGES, decodeDeviceChange, type DeviceChange } from "./device-change";
import { deferred } from "../time/deferred";
import { expectReply, replyOf, unsupported, watchProtocol, type WatchedRegistry } from "./registry-protocol";
import { encodeRegistryRequest } from "./registry-request";

export interface RegistryWatchOptions extends ChannelOptions {
  /** How long a reply is waited for, in milliseconds. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/**
 * Watches a registry over a channel of its own, so that nothing that hinders watching hinders requests. After every
 * interruption it lists the devices and tells the differences.
 */
export class RegistryWatch {
  /** Resolves when every later change will be told, or the watch has ended. A change before that may not be told. */
  readonly ready: Promise<void>;
  /** Resolves when the registry could not be reached, the first time. */
  readonly obstructed: Promise<void>;
  private readonly whenObstructed = deferred();
  private readonly whenReady = deferred();
  private readonly channel: RpcChannel<WatchedRegistry>;
  /** The devices as the observer knows them, by name; nothing until the first list. */
  private known: Map<string, DeviceRecord> | undefined;
  /** Changes that wait for a list; nothing while none is under way. */
  private early: DeviceChange[] | undefined;
  /** The last change that is in `known`. */
  private seq = 0;

  constructor(
    locate: Locate,
    private readonly options: RegistryWatchOptions,
    private readonly observer: Subscriber<DeviceEvent>,
  ) {
    this.ready = this.whenReady.promise;
    this.obstructed = this.whenObstructed.promise;
    this.channel = new ReconnectingChannel(locate, watchProtocol, options);
    this.channel.subscribe(CHANGES).subscribe(({ frame }) => this.receive(frame));
    this.channel.state$.subscribe((state) => this.follow(state));
  }

  /** Leaves the observer. Idempotent. */
  async close(): Promise<void> {
    this.whenReady.resolve();
    await this.channel.close();
  }

  /** Tells the observer that nothing more comes. */
  async end(): Promise<void> {
    this.observer.complete();
    await this.close();
  }

  private follow(state: ChannelState<WatchedRegistry>): void {
    if (state.kind === "connecting" && state.problem !== undefined) this.whenObstructed.resolve();
    if (state.kind !== "connected") return;
    if (state.peer.canBeWatched) this.synchronize();
    else this.observer.error(unsupported("WATCH"));
  }

  private receive(frame: Uint8Array): void {
    let change: DeviceChange;
    try {
      change = decodeDeviceChange(frame);
    } catch (error) {
      this.options.logger.warn({ err: error }, `a registry published rubbish: ${messageOf(error)}`);
      return;
    }
    if (this.early !== undefined) this.early.push(change);
    else if (change.seq === this.seq + 1) this.apply(change);
    else if (change.seq > this.seq) this.synchronize();
  }

  /** Lists the devices; what comes meanwhile waits for the list. */
  private synchronize(): void {
    const early: DeviceChange[] = [];
    this.early = early;
    this.list().then(
      ({ devices, seq }) => {
        if (this.early !== early) return;
        this.early = undefined;
        this.tellDifferences(devices);
        this.seq = seq;
        for (const change of early) if (change.seq > this.seq) this.apply(change);
        this.whenReady.resolve();
      },
      (error: unknown) => {
        if (this.early === early) this.notListed(error);
      },
    );
  }

  private notListed(error: unknown): void {
    // The next connection lists again.
    if (error instanceof ConnectionLostError || error instanceof DeviceUnavailableError) return;
    if (error instanceof RpcTimeoutError) this.synchronize();
    else this.observer.error(error);
  }

  private async list(): Promise<{ readonly devices: readonly DeviceRecord[]; readonly seq: number }> {
    const frames = await this.channel.request({
      place: { device: "registry", member: "watch" },
      timeoutMs: this.options.timeoutMs,
      body: encodeRegistryRequest({ event: "LIST_DEVICES", query: {} }),
    });
    return expectReply(replyOf(frames), "DEVICES", "LIST_DEVICES");
  }

  private tellDifferences(devices: readonly DeviceRecord[]): void {
    const listed = new Map(devices.map((device) => [device.name, device]));
    const before = this.known ?? listed;
    this.known = listed;
    for (const event of differences(before, listed)) this.observer.next(event);
  }

  private apply({ change, seq }: DeviceChange): void {
    this.seq = seq;
    if (change.kind === "added") this.known?.set(change.device.name, change.device);
    else this.known?.delete(change.device.name);
    this.observer.next(change);
  }
}

function differences(
  before: ReadonlyMap<string, DeviceRecord>,
  now: ReadonlyMap<string, DeviceRecord>,
): readonly DeviceEvent[] {
  const gone = [...before.values()].filter((device) => !isSame(device, now.get(device.name)));
  const come = [...now.values()].filter((device) => !isSame(device, before.get(device.name)));
  return [
    ...gone.map((device) => ({ kind: "removed", device }) as const),
    ...come.map((device) => ({ kind: "added", device }) as const),
  ];
}

function isSame(device: DeviceRecord, other: DeviceRecord | undefined): boolean {
  return device.type === other?.type && device.url === other.url;
}
