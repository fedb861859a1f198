import { EncodingError } from "../errors";
import { type ClientIdentity, type IncomingRequest, type RpcEndpoint } from "../transport/endpoint";
import { deviceFailure, failed, refusal } from "../wire/failures";
import { type Frame, frameBytes, isLarger } from "../wire/frame";
import { type LocalRoadOffer } from "../wire/local-road-offer";
import { encodeJson } from "../wire/json";
import { MAX_PROGRESS_BYTES } from "../wire/progress";
import { failureReply, type ReplyFrames, successReply, withinLimit } from "../wire/replies";
import { type RepresentedCaller } from "../wire/represented-caller";
import { decodeRequest, onlyReads, type RpcRequest } from "../wire/requests";
import { type ActiveRequests } from "./active-requests";
import { type ServerPhase } from "./closing-link";
import { forsake } from "./lost-callers";
import { type MemberRequests } from "./member-requests";
import { type MemberUsers } from "./member-users";
import { type OpenStreams } from "./open-streams";
import { representedClient } from "./represented-client";
import { type SelfDescription } from "./self-description";
import { type ServerStats } from "./server-stats";
import { type RequestOrigin, type ServedRequest } from "./served-request";
import { type SignalAccounts } from "./signal-accounts";

/** Who answers what. */
export interface Answering {
  readonly members: MemberRequests;
  readonly signals: SignalAccounts;
  readonly description: SelfDescription;
  readonly active: ActiveRequests;
  readonly streams: OpenStreams;
  readonly users: MemberUsers;
  readonly stats: ServerStats;
  phase(): ServerPhase;
  /** Answers a client that wants the server to end. */
  stop(reply: (frames: ReplyFrames) => void): void;
}

/** Reads each request and hands it to who answers it. Whatever comes in, it does not throw. */
export class RequestDispatcher {
  constructor(
    private readonly endpoint: RpcEndpoint,
    private readonly maxTextBytes: number,
    private readonly answering: Answering,
  ) {}

  handle(incoming: IncomingRequest): void {
    const asker = new Asker(incoming, this.endpoint.maxMessageBytes, this.maxTextBytes);
    let request: RpcRequest;
    try {
      request = decodeRequest(incoming.body, this.maxTextBytes, incoming.data);
    } catch (error) {
      asker.reply(failureReply(refusal(error)));
      return;
    }
    if (incoming.isReadOnly === true && !onlyReads(request)) {
      asker.reply(failureReply(failed("it came on a way on which this client may only read")));
      return;
    }
    if ("maxReplyBytes" in request) asker.takesUpTo(request.maxReplyBytes);
    if ("onBehalfOf" in request) asker.asksFor(request.onBehalfOf);
    if (!isTakenWhile(this.answering.phase(), request)) {
      asker.reply(failureReply(failed("the server is closing", "busy")));
      return;
    }
    try {
      this.answer(request, asker);
    } catch (error) {
      asker.reply(failureReply(deviceFailure(error)));
    }
  }

  private answer(request: RpcRequest, origin: Asker): void {
    const { members, signals, description, active, streams, users } = this.answering;
    const reply = (frames: ReplyFrames) => void origin.reply(frames);
    switch (request.event) {
      case "GET_INVENTORY":
        return reply([encodeJson(description.inventory())]);
      case "GET_MEMBERS":
        return reply(description.members(request.page));
      case "INIT_SIGNALS_HANDLING":
        return reply(successReply({ signal_port: this.endpoint.signalPort }));
      case "METHOD_CALL":
      case "PROPERTY_GET":
      case "PROPERTY_SET":
        return members.serve(request, origin);
      case "CONFIRM_SUBSCRIPTIONS":
        return void signals.confirm(request.token).then(reply);
      case "SIGNAL_COUNTS":
        return signals.count(request.token, reply);
      case "STOP_SERVER":
        return this.answering.stop(reply);
      case "FIND_PEER_ADDRESS":
        return reply(failureReply(failed("this server does not look up peers: ask a registry")));
      case "STATUS":
        return reply(successReply(description.status()));
      case "STATS":
        return reply(successReply(this.answering.stats.read()));
      case "LOCAL_ROAD":
        return reply(localRoadReply(this.endpoint.offerLocalRoad?.(origin.connection)));
      case "USES":
        users.add(origin.connection, request);
        return reply(successReply({}));
      case "USERS":
        return reply(successReply({ users: users.list() }));
      case "STREAM_NEXT":
        return streams.ask(origin.connection.id, request.stream, {
          maxBytes: Math.min(request.credit, origin.maxBytes),
          reply,
        });
      case "CANCEL":
        return cancel(active.find(origin.connection.id, request.id), request.lost === true);
    }
  }
}

/** Who sent a request, and gets nothing that is larger than both sides of it take. */
class Asker implements RequestOrigin {
  client: ClientIdentity;
  readonly connection: ClientIdentity;
  readonly bytes: number;

  constructor(
    private readonly incoming: IncomingRequest,
    private maxReplyBytes: number,
    private readonly maxTextBytes: number,
  ) {
    this.client = this.connection = incoming.client;
    this.bytes = incoming.bytes;
  }

  get id(): string {
    return this.incoming.id;
  }

  /** The largest frame that it gets. */
  get maxBytes(): number {
    return this.maxReplyBytes;
  }

  takesUpTo(maxReplyBytes: number | undefined): void {
    if (maxReplyBytes !== undefined) this.maxReplyBytes = Math.min(this.maxReplyBytes, maxReplyBytes);
  }

  asksFor(caller: RepresentedCaller | undefined): void {
    if (caller !== undefined) this.client = representedClient(this.connection, caller);
  }

  reply(frames: readonly Frame[]): readonly Frame[] {
    const sent = withinLimit(frames, this.maxReplyBytes, this.maxTextBytes);
    this.incoming.reply(sent);
    return sent;
  }

  progress(text: string): void {
    const limit = Math.min(MAX_PROGRESS_BYTES, this.maxReplyBytes, this.maxTextBytes);
    if (isLarger(text, limit)) {
      throw new EncodingError(
        `a progress of ${frameBytes(text)} bytes is more than the ${limit} that may be sent: it says how far the ` +
          "method has come, data goes into its result or into signals",
      );
    }
    this.incoming.progress(text);
  }
}

function cancel(request: ServedRequest | undefined, isCallerLost: boolean): void {
  if (request === undefined) return;
  if (isCallerLost) forsake(request);
  else request.giveUp("the caller gave it up", "cancelled");
}

function localRoadReply(offer: LocalRoadOffer | undefined): ReplyFrames {
  return offer === undefined
    ? failureReply(failed("no local road leads here from where this client is"))
    : successReply({ ...offer });
}

/** Until a server is closed, everybody can find out about it, and what runs may have to be stopped. */
function isTakenWhile(phase: ServerPhase, { event }: RpcRequest): boolean {
  if (phase === "open" || event === "METHOD_CALL" || event === "CANCEL") return true;
  return phase === "draining" && AT_ANY_TIME.has(event);
}

const AT_ANY_TIME: ReadonlySet<RpcRequest["event"]> = new Set<RpcRequest["event"]>([
  "GET_INVENTORY",
  "GET_MEMBERS",
  "STATS",
  "STATUS",
  "STREAM_NEXT",
  "INIT_SIGNALS_HANDLING",
  "CONFIRM_SUBSCRIPTIONS",
  "USES",
  "USERS",
]);
