import { type ServiceContract } from "../contract/service-contract";
import { ContractError, DeviceUnavailableError, MalformedMessageError } from "../errors";
import { type Logger } from "../log/logger";
import { type ServerAnnouncement } from "../transport/connection";
import { type ServerAbilities } from "../transport/exchange";
import { type Located } from "../transport/located";
import { type Ask, type ChannelProtocol, type SignalProgress } from "../transport/rpc-channel";
import { decodeInventory, type Inventory, offers } from "../wire/inventory";
import { decodeLocalRoadOffer, type LocalRoadOffer } from "../wire/local-road-offer";
import { decodeReply } from "../wire/replies";
import { decodeServerStatus, type ServerStatus } from "../wire/server-status";
import { isObject } from "../wire/message";
import { encodeRequest } from "../wire/requests";
import { ASIDE_PREFIX, signalEndTopic, signalTopic } from "../wire/signals";
import { missingMembers, notFulfilled, type MissingMembers } from "./check-fulfilled";
import { ClockEstimate } from "./clock-estimate";
import { type MemberUses } from "./member-uses";
import { type ClockReading, ServerClock } from "./server-clock";
import { type SignalSequences } from "./signal-sequences";
import { wholeInventory } from "./whole-inventory";

/** The server at the other end of a connection. */
export interface Peer {
  readonly inventory: Inventory;
  /** Nothing where the server tells none. */
  readonly clock: ServerClock | undefined;
  /** When what it stamps by that clock happened; nothing where it tells none. */
  readonly estimate?: ClockEstimate | undefined;
  /** What the server said of itself last, and when on the clock of `performance.now()`. */
  latest?: { readonly status: ServerStatus; readonly at: number };
  /** Members of the contract that it lacks: by their names in TypeScript, what it has not. */
  readonly missing: ReadonlyMap<string, string>;
  /** Where what is used of it is noted; nothing where it is not to be told. */
  readonly uses: MemberUses | undefined;
}

/** A client's contract, and what becomes of a device that does not fulfil it. */
export interface ExpectedContract {
  readonly contract: ServiceContract;
  readonly missing: MissingMembers;
  readonly log: Logger;
}

/** What a server said of itself tells something of a call for so long, in milliseconds. */
const FRESH_MS = 500;

/** The device protocol as a client's channel needs it: who is there, where its signals are, what it is subscribed to. */
export class DeviceProtocol implements ChannelProtocol<Peer> {
  /** What was said last of missing members: not again after each reconnection. */
  private told: string | undefined;

  /**
   * @param expected - What the device shall offer; nothing to take whatever it offers.
   * @param uses - What the device is told of; nothing where it is told of no use.
   */
  constructor(
    private readonly expected: ExpectedContract | undefined,
    private readonly sequences: SignalSequences,
    private readonly uses?: MemberUses,
  ) {}

  /**
   * @throws What `verify` throws if another device was looked for; ContractError with the missing members, if the device
   *   has to fulfil the contract and does not, or offers nothing of it.
   */
  async handshake(ask: Ask, verify?: Located["verify"]): Promise<Peer> {
    const { inventory: told, reading } = await readInventory(ask);
    // First: it is no fault of the contract where another device answers.
    verify?.({ name: told.name, type: told.rigwire?.type });
    const inventory = await wholeInventory(told, ask);
    const missing = this.missingIn(inventory);
    this.sequences.connected(inventory.rigwire?.instance);
    const { uses } = this;
    if (reading === undefined) return { inventory, clock: undefined, missing, uses };
    return {
      inventory,
      clock: new ServerClock(reading),
      estimate: new ClockEstimate(reading),
      missing,
      uses,
    };
  }

  private missingIn(inventory: Inventory): ReadonlyMap<string, string> {
    if (this.expected === undefined) return NONE;
    const { contract, missing: policy, log } = this.expected;
    const missing = missingMembers(contract, inventory);
    if (missing.size === 0) return missing;
    const problem = notFulfilled(contract, inventory, missing);
    // A device that has nothing of what was promised is another one.
    if (policy === "fail" || missing.size === contract.members.size) throw problem;
    if (this.told !== problem.message) log.warn({ missing: [...missing.keys()] }, problem.message);
    this.told = problem.message;
    return missing;
  }

  refreshAfterMs({ clock }: Peer): number | undefined {
    return clock?.refreshAfterMs;
  }

  async refresh(peer: Peer, ask: Ask): Promise<void> {
    const askedAt = performance.now();
    const status = await askStatus(peer, ask);
    if (status === undefined) return;
    const answeredAt = performance.now();
    const reading = { clock: status.clock, askedAt, answeredAt };
    peer.clock?.add(reading);
    peer.estimate?.add(reading);
    peer.latest = { status, at: answeredAt };
    await peer.uses?.tell(peer.inventory, ask);
  }

  async leaving({ inventory, uses }: Peer, ask: Ask): Promise<void> {
    await uses?.tell(inventory, ask);
  }

  isClockGoodFor({ clock }: Peer, remainingMs: number): boolean {
    return clock === undefined || clock.isGoodFor(remainingMs, performance.now());
  }

  holdup({ latest }: Peer, id: string): string | undefined {
    if (latest?.status.running === undefined || performance.now() - latest.at > FRESH_MS) return undefined;
    const { method, forMs, client, id: running } = latest.status.running;
    // Numbers of two clients may be the same: then the text is the one without this.
    if (running === id) return undefined;
    return `the device has been running ${method} for ${(forMs / 1_000).toFixed(1)} s, called by ${client}`;
  }

  announcement({ inventory }: Peer): ServerAnnouncement | undefined {
    return inventory.rigwire;
  }

  async askLocalRoad({ inventory }: Peer, ask: Ask): Promise<LocalRoadOffer | undefined> {
    if (!offers(inventory, "local")) return undefined;
    return decodeLocalRoadOffer(await askObject(ask, { event: "LOCAL_ROAD" }));
  }

  abilities({ inventory }: Peer): ServerAbilities {
    const knowsCancel = offers(inventory, "cancel");
    return {
      takesBatches: offers(inventory, "batch"),
      cancellation: (id, isCallerLost = false) =>
        knowsCancel ? encodeRequest({ event: "CANCEL", id, ...(isCallerLost && { lost: true }) }) : undefined,
    };
  }

  beginningOf(signal: string): string {
    return signalTopic(signal);
  }

  beginningOfEnd(signal: string): string {
    return signalEndTopic(signal);
  }

  subscribing(signal: string): void {
    this.sequences.subscribing(signal);
    if (!signal.startsWith(ASIDE_PREFIX)) this.uses?.add(signal);
  }

  async askSignalPort(ask: Ask): Promise<number> {
    const { signal_port } = await askObject(ask, { event: "INIT_SIGNALS_HANDLING" });
    if (typeof signal_port === "number") return signal_port;
    throw new MalformedMessageError("the device told no signal port");
  }

  async confirmSubscriptions({ inventory }: Peer, ask: Ask, token: string | undefined): Promise<void> {
    if (!offers(inventory, "confirm-subscriptions")) {
      // Such a server tells nothing of subscriptions. They left before this question: when it is answered, they are there.
      await ask(encodeRequest({ event: "GET_INVENTORY" }), "GET_INVENTORY");
      return;
    }
    const { seq } = await askObject(ask, { event: "CONFIRM_SUBSCRIPTIONS", token: token ?? "" });
    if (isObject(seq)) this.sequences.confirmed(seq);
  }

  async countSignals({ inventory }: Peer, ask: Ask, progress: SignalProgress | undefined): Promise<boolean> {
    if (!offers(inventory, "signal-counts")) return true;
    const { seq } = await askObject(ask, { event: "SIGNAL_COUNTS", token: progress?.token });
    if (!isObject(seq) || this.sequences.counted(seq)) return true;
    if (progress !== undefined && !(await progress.caughtUp())) return false;
    this.sequences.passed(seq, inventory.rigwire?.instance);
    return true;
  }
}

const NONE: ReadonlyMap<string, string> = new Map();

async function askStatus({ inventory }: Peer, ask: Ask): Promise<ServerStatus | undefined> {
  if (offers(inventory, "status")) return decodeServerStatus(await askObject(ask, { event: "STATUS" }));
  // An original says nothing of itself that changes with time.
  if (inventory.rigwire === undefined) return undefined;
  return decodeInventory(await askObject(ask, { event: "GET_INVENTORY" })).rigwire;
}

async function readInventory(ask: Ask): Promise<{ inventory: Inventory; reading: ClockReading | undefined }> {
  const askedAt = performance.now();
  const inventory = decodeInventory(await askObject(ask, { event: "GET_INVENTORY" }));
  const clock = inventory.rigwire?.clock;
  const reading = clock === undefined ? undefined : { clock, askedAt, answeredAt: performance.now() };
  return { inventory, reading };
}

async function askObject(
  ask: Ask,
  request: Parameters<typeof encodeRequest>[0],
): Promise<Readonly<Record<string, unknown>>> {
  const reply = decodeReply(await ask(encodeRequest(request), request.event));
  if (reply.kind === "success") return reply.body;
  if (reply.kind === "failure") {
    const { error, reason } = reply.failure;
    const refused = `${request.event} was refused: ${error}`;
    // One that is closing is no wrong device: the next may be there soon.
    throw reason === "busy" ? new DeviceUnavailableError(refused) : new ContractError(refused);
  }
  throw new MalformedMessageError(`the reply to ${request.event} is a buffer`);
}
