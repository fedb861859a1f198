import { BehaviorSubject, type Observable } from "rxjs";
import { MissedLog } from "../client/missed-log";
import { type Peer } from "../client/peer";
import { SignalSequences } from "../client/signal-sequences";
import { type DeviceDirectory, type DeviceQuery, type DeviceRecord } from "../discovery/device-directory";
import { deviceSearch } from "../discovery/device-search";
import { locateRecord } from "../discovery/locate-device";
import { DeviceUnavailableError, messageOf } from "../errors";
import { type Logger } from "../log/logger";
import { oneLine } from "../log/one-line";
import { platform } from "../platform/current";
import { pause } from "../time/pause";
import { withDeadline } from "../time/with-deadline";
import { ReconnectingChannel } from "../transport/reconnecting-channel";
import { type ChannelOptions, type ChannelState } from "../transport/rpc-channel";
import { type ReceivedReply } from "../wire/message";
import { encodeRequest } from "../wire/requests";
import { type ForwardedCall } from "./forwarded-call";
import { ForwardedSignals, type Publish } from "./forwarded-signals";
import { type DeviceState } from "./gateway-contract";
import { PassThroughProtocol } from "./pass-through-protocol";

/** A search that failed begins anew after this time, in milliseconds. */
const SEARCH_AGAIN_MS = 1_000;

/** As long as a call may wait for a device that is looked for, in milliseconds. */
const SEARCH_MS = 900;

/** How the gateway stands with a device. */
export interface UpstreamStatus {
  readonly state: DeviceState;
  /** When that began. */
  readonly since: Date;
  /** Why it is not connected, or does not answer: one line, whatever the device said. */
  readonly problem: string | undefined;
  /** Who answers; nothing while nobody does. */
  readonly peer: Peer | undefined;
  readonly road: string | undefined;
}

/** What a connection to a device is made with. */
export interface UpstreamOptions {
  readonly directory: DeviceDirectory;
  /** How a device is connected, such as with which keys. */
  readonly connection: (device: DeviceRecord) => ChannelOptions;
  readonly publish: Publish;
  /** The device's connection is gone, with all that was under way on it. */
  readonly onLost: (reason: string) => void;
  readonly logger: Logger;
}

/** The one connection of the gateway to a device, for all its clients. */
export class Upstream {
  readonly signals: ForwardedSignals;
  /** How long the device took to answer the last time, in milliseconds. */
  roundTripMs: number | undefined;
  private readonly status = new BehaviorSubject<UpstreamStatus>({
    state: "connecting",
    since: new Date(),
    problem: undefined,
    peer: undefined,
    road: undefined,
  });
  readonly status$: Observable<UpstreamStatus> = this.status.asObservable();
  private readonly sequences = new SignalSequences();
  private readonly missedLog: MissedLog;
  private readonly ending = new AbortController();
  private channel: ReconnectingChannel<Peer> | undefined;
  private found: DeviceRecord | undefined;
  private opening: Promise<void> | undefined;
  private early = new Set<ForwardedCall>();

  constructor(
    private readonly name: string,
    private readonly options: UpstreamOptions,
  ) {
    const { publish, logger } = options;
    this.signals = new ForwardedSignals(this.sequences, publish, logger);
    this.missedLog = new MissedLog(logger, () => name);
    this.sequences.missed$.subscribe((missed) => this.missedLog.add(missed));
  }

  /** Looks for the device and connects, from now on. Idempotent. */
  start(): void {
    this.opening ??= this.open();
  }

  /** Who answers; nothing while the device is not connected. */
  get peer(): Peer | undefined {
    return this.status.value.peer;
  }

  /** What the directory said of it; nothing before it was found. */
  get device(): DeviceRecord | undefined {
    return this.found;
  }

  get current(): UpstreamStatus {
    return this.status.value;
  }

  send(call: ForwardedCall): void {
    if (this.channel !== undefined) {
      this.channel.send(call);
      return;
    }
    this.early.add(call);
    const timer = setTimeout(() => {
      if (!this.early.delete(call)) return;
      const { problem = "it is still looked for" } = this.status.value;
      call.fail(new DeviceUnavailableError(`${this.name} is not reachable through the gateway: ${problem}`));
    }, SEARCH_MS);
    platform().unref(timer);
  }

  /**
   * Asks something for the gateway itself.
   *
   * @param timeoutMs - How long the device may take to be found and to answer.
   * @throws DeviceUnavailableError where it is not found; what a call throws.
   */
  async ask(body: string, timeoutMs: number): Promise<ReceivedReply> {
    this.start();
    if (this.channel === undefined)
      await withDeadline(this.opening ?? Promise.resolve(), timeoutMs, () => undefined);
    if (this.channel === undefined) throw new DeviceUnavailableError(`${this.name} is not found`);
    return this.channel.request({ place: { device: this.name }, timeoutMs, body });
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.ending.abort();
    for (const call of this.early) call.fail(new DeviceUnavailableError("the gateway was closed"));
    this.early.clear();
    await this.opening;
    await this.channel?.close();
    this.signals.close();
    this.sequences.close();
    this.missedLog.close();
    this.status.complete();
  }

  private async open(): Promise<void> {
    const { directory } = this.options;
    const { signal } = this.ending;
    while (!signal.aborted) {
      try {
        const query = await queryFor(directory, this.name);
        const device = await locateRecord(directory, query, signal, (problem) => this.lost(problem));
        this.connect(query, device);
        return;
      } catch (error) {
        this.lost(messageOf(error));
      }
      await pause(SEARCH_AGAIN_MS, { signal, ref: false });
    }
  }

  private connect(query: DeviceQuery, device: DeviceRecord): void {
    this.found = device;
    const { directory, connection } = this.options;
    const protocol = new PassThroughProtocol(this.sequences, (ms) => (this.roundTripMs = ms));
    const options = connection(device);
    const channel = new ReconnectingChannel(deviceSearch(directory, query, device), protocol, options);
    this.channel = channel;
    channel.state$.subscribe((state) => this.changed(state));
    this.signals.comeFrom(channel);
    const waiting = [...this.early];
    this.early.clear();
    for (const call of waiting) channel.send(call);
    // It connects although nobody asks yet: whether it is there is worth knowing.
    const question = { place: { device: this.name }, timeoutMs: SEARCH_MS, body: GET_INVENTORY };
    channel.request(question).catch(() => undefined);
  }

  private changed(state: ChannelState<Peer>): void {
    switch (state.kind) {
      case "idle":
      case "closed":
        return;
      case "connecting":
        if (state.problem !== undefined) this.lost(state.problem);
        return;
      case "connected": {
        const { peer, road } = state;
        const problem = state.problem === undefined ? undefined : oneLine(state.problem);
        this.tell({ state: problem === undefined ? "connected" : "lost", problem, peer, road });
      }
    }
  }

  private lost(told: string): void {
    const problem = oneLine(told);
    const wasConnected = this.peer !== undefined;
    this.tell({ state: "lost", problem, peer: undefined, road: undefined });
    if (wasConnected) this.options.onLost(problem);
  }

  private tell(status: Omit<UpstreamStatus, "since">): void {
    if (this.ending.signal.aborted) return;
    const { state, since } = this.status.value;
    this.status.next({ ...status, since: state === status.state ? since : new Date() });
  }
}

const GET_INVENTORY = encodeRequest({ event: "GET_INVENTORY" });

/** A device without a name is asked for by its type. */
async function queryFor(directory: DeviceDirectory, name: string): Promise<DeviceQuery> {
  const all = await directory.find({});
  const isNamed = all.some((device) => device.name === name);
  const isTyped = all.some((device) => device.name === "" && device.type === name);
  return !isNamed && isTyped ? { type: name } : { name };
}
