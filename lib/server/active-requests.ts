import { LinkedList } from "../collections/linked-list";
import { type Lane, LaneCounts, laneOf } from "../contract/lane";
import { deferred, type Deferred } from "../time/deferred";
import { withDeadline } from "../time/with-deadline";
import { type ClientIdentity } from "../transport/endpoint";
import { type FailureReason } from "../wire/failures";
import { type ServedRequest } from "./served-request";

interface ClientRequests {
  readonly requests: LinkedList<ServedRequest>;
  readonly lanes: LaneCounts;
}

/** The requests of one device that wait or run: counted, and found when their caller cancels or is gone. */
export class ActiveRequests {
  /** Of all clients. */
  count = 0;
  private readonly byClient = new Map<string, ClientRequests>();
  private readonly lanes = new LaneCounts();
  private becomingIdle: Deferred<void> | undefined;

  /** Of one lane, of all clients. */
  countIn(lane: Lane): number {
    return this.lanes.of(lane);
  }

  /** Of one lane, of one client. */
  countOf(client: string, lane: Lane): number {
    return this.byClient.get(client)?.lanes.of(lane) ?? 0;
  }

  add(request: ServedRequest): void {
    const { id } = request.connection;
    const lane = laneOf(request.contract);
    const ofClient = this.byClient.get(id) ?? { requests: new LinkedList(), lanes: new LaneCounts() };
    this.byClient.set(id, ofClient);
    ofClient.requests.add(request);
    ofClient.lanes.add(lane);
    this.lanes.add(lane);
    this.count += 1;
  }

  /** Takes a request out, if it was in. */
  delete(request: ServedRequest): void {
    const ofClient = this.byClient.get(request.connection.id);
    if (ofClient?.requests.delete(request) !== true) return;
    const lane = laneOf(request.contract);
    ofClient.lanes.remove(lane);
    this.lanes.remove(lane);
    this.count -= 1;
    if (ofClient.requests.isEmpty) this.byClient.delete(request.connection.id);
    if (this.count > 0) return;
    this.becomingIdle?.resolve();
    this.becomingIdle = undefined;
  }

  find(client: string, id: string): ServedRequest | undefined {
    for (const request of this.byClient.get(client)?.requests ?? []) if (request.id === id) return request;
    return undefined;
  }

  /** All of one client. */
  of(client: string): readonly ServedRequest[] {
    return [...(this.byClient.get(client)?.requests ?? [])];
  }

  /** Those for whom something waits or runs. */
  *clients(): Iterable<ClientIdentity> {
    for (const {
      requests: [request],
    } of this.byClient.values())
      if (request !== undefined) yield request.connection;
  }

  /** Each request that waits is refused, each that runs is told to end. */
  giveUpAll(why: string, reason: FailureReason): void {
    for (const request of this.all()) request.giveUp(why, reason);
  }

  /** A method interrupts: everything but what reads, and what interrupts itself, is refused or told to end. */
  interrupt(why: string): void {
    for (const request of this.all()) if (isInterruptible(request)) request.giveUp(why, "interrupted");
  }

  /** Each request that waits is refused. */
  refuseWaiting(why: string, reason: FailureReason): void {
    for (const request of this.all()) if (request.isWaiting) request.giveUp(why, reason);
  }

  /** Each request that runs has its signal aborted; what waits goes on waiting. */
  abortRunning(why: string, reason: FailureReason): void {
    for (const request of this.all()) if (!request.isWaiting) request.giveUp(why, reason);
  }

  /** The device's clock stood still for so many milliseconds. */
  stoodStill(forMs: number): void {
    for (const request of this.all()) request.stoodStill(forMs);
  }

  /** Resolves when no request is left, or when the time is over, in milliseconds. */
  async idle(withinMs: number): Promise<void> {
    await withDeadline(this.emptied(), withinMs, () => undefined);
  }

  /** Resolves when no request is left. */
  async emptied(): Promise<void> {
    if (this.count === 0) return;
    this.becomingIdle ??= deferred();
    await this.becomingIdle.promise;
  }

  /** The methods that run, by their names in the class. */
  running(): readonly string[] {
    return this.all().flatMap(({ isWaiting, contract }) => (isWaiting ? [] : contract.member));
  }

  private all(): ServedRequest[] {
    return [...this.byClient.values()].flatMap(({ requests }) => [...requests]);
  }
}

function isInterruptible({ contract, request }: ServedRequest): boolean {
  return contract.kind === "method" ? !contract.interrupts : request.event === "PROPERTY_SET";
}
