import { type Lane, LaneCounts, laneOf } from "../contract/lane";
import { type MemberRequest } from "../wire/requests";
import { keptBytes } from "./kept-bytes";
import { type Link } from "./pipeline";
import { type ServedRequest } from "./served-request";

/** What requests of one client may keep while they wait, unless told otherwise. */
const DEFAULT_MAX_BYTES_PER_CLIENT = 64 * 1024 * 1024;

/** What requests of all clients of one device may keep, unless told otherwise. */
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

export interface WaitingLimits {
  /**
   * What the arguments of one client's requests that wait may take in memory, in bytes, a character counted as two; one
   * more gets a `BusyError` at once, unless it is the only one. `concurrent` methods, and those that interrupt, have as
   * much room of their own, in which those that run count as well. Default 64 MiB.
   */
  readonly maxWaitingBytesPerClient?: number;
  /** The same for the requests of all clients. Default 256 MiB. */
  readonly maxWaitingBytes?: number;
}

/** What requests keep in memory until it is their turn: bounded, of each client and of all. */
export class WaitingBytes {
  private readonly ofAll = new LaneCounts();
  private readonly byClient = new Map<string, LaneCounts>();
  private readonly maxBytes: number;
  private readonly maxBytesPerClient: number;

  constructor(limits: WaitingLimits) {
    this.maxBytes = limits.maxWaitingBytes ?? DEFAULT_MAX_BYTES;
    this.maxBytesPerClient = limits.maxWaitingBytesPerClient ?? DEFAULT_MAX_BYTES_PER_CLIENT;
  }

  /** Most requests are done at once, and cost nothing here. */
  readonly link: Link = (next) => (request) => {
    const lane = laneOf(request.contract);
    // Those do not wait, but begin: they are looked at before, where there are others.
    const hasOthers = lane !== "in turn" && this.ofAll.of(lane) > 0;
    const busy = hasOthers ? this.refusalFor(request, lane, this.bytesOf(request)) : undefined;
    if (busy === undefined) next(request);
    else request.refuse(busy, "busy");
    // What runs in turn is the only one, and no larger than a message.
    if (!request.isReplied && (lane !== "in turn" || request.isWaiting)) this.keep(request, lane);
  };

  private keep(request: ServedRequest, lane: Lane): void {
    const bytes = this.bytesOf(request);
    const busy = request.isWaiting ? this.refusalFor(request, lane, bytes) : undefined;
    if (busy !== undefined) {
      request.refuse(busy, "busy");
      return;
    }
    const { id: client } = request.connection;
    this.count(client, lane, bytes);
    let isKept = true;
    request.onPhase((phase) => {
      if (!isKept || (phase === "running" && lane !== "in turn")) return;
      isKept = false;
      this.count(client, lane, -bytes);
    });
  }

  private bytesOf({ request }: ServedRequest): number {
    return keptBytes(valuesOf(request), Math.max(this.maxBytes, this.maxBytesPerClient));
  }

  /** One that is alone is taken whatever its size: that of a message is bounded. */
  private refusalFor({ connection }: ServedRequest, lane: Lane, bytes: number): string | undefined {
    const ofAll = this.ofAll.of(lane);
    if (ofAll > 0 && ofAll + bytes > this.maxBytes) {
      return `what waits at the device would take more than ${this.maxBytes} bytes (maxWaitingBytes)`;
    }
    const ofClient = this.byClient.get(connection.id)?.of(lane) ?? 0;
    return ofClient > 0 && ofClient + bytes > this.maxBytesPerClient
      ? `what waits of this client would take more than ${this.maxBytesPerClient} bytes (maxWaitingBytesPerClient)`
      : undefined;
  }

  private count(client: string, lane: Lane, bytes: number): void {
    const ofClient = this.byClient.get(client) ?? new LaneCounts();
    ofClient.add(lane, bytes);
    this.ofAll.add(lane, bytes);
    if (ofClient.isEmpty) this.byClient.delete(client);
    else this.byClient.set(client, ofClient);
  }
}

function valuesOf(request: MemberRequest): readonly unknown[] {
  switch (request.event) {
    case "METHOD_CALL":
      return [request.args, request.kwargs];
    case "PROPERTY_GET":
      return [];
    case "PROPERTY_SET":
      return [request.value];
  }
}
