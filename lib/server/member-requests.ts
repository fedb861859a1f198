import { type Failure, refusal } from "../wire/failures";
import { failureReply } from "../wire/replies";
import { type MemberRequest } from "../wire/requests";
import { type ActiveRequests } from "./active-requests";
import { type DeviceProperties, type ServedGet, type ServedSet } from "./device-properties";
import { type DeviceTime } from "./device-time";
import { type FailureLog } from "./failure-log";
import { type MemberAccounts } from "./member-accounts";
import { type MethodRunner, type ServedCall } from "./method-runner";
import { type Handler, type Link, pipeline } from "./pipeline";
import { type RequestKeeper, type RequestOrigin, ServedRequest } from "./served-request";

/** Brings each request for a member through the links of the server to the device. */
export class MemberRequests implements RequestKeeper {
  private readonly carryOut: Handler;

  /**
   * @param links - What every request passes, the first outermost.
   */
  constructor(
    private readonly accounts: MemberAccounts,
    private readonly methods: MethodRunner,
    private readonly properties: DeviceProperties,
    private readonly active: ActiveRequests,
    private readonly log: FailureLog,
    readonly time: DeviceTime,
    links: readonly Link[],
  ) {
    this.carryOut = pipeline(links, (request) => this.toDevice(request));
  }

  /** Replies through the origin, when it is carried out, fails or is refused. */
  serve(request: MemberRequest, origin: RequestOrigin): void {
    const member = this.accounts.find(request);
    if (member === undefined) {
      origin.reply(failureReply(this.unknownMember(request)));
      return;
    }
    const served = new ServedRequest(member.contract, request, origin, this, member.account);
    this.carryOut(served);
    // Most are done by now: nothing can have asked for them.
    if (!served.isReplied) this.active.add(served);
  }

  replied(request: ServedRequest): void {
    this.active.delete(request);
  }

  progressUnfit(request: ServedRequest, error: unknown): void {
    this.log.progressUnfit(request, error);
  }

  private unknownMember(request: MemberRequest): Failure {
    return request.event === "METHOD_CALL"
      ? // The original's words, and no traceback (plantimager RPC).
        { success: false, error: `Method ${request.method} not implemented` }
      : refusal(this.properties.unknown(request.property));
  }

  private toDevice(request: ServedRequest): void {
    switch (request.request.event) {
      case "METHOD_CALL":
        return this.methods.run(request as ServedCall);
      case "PROPERTY_GET":
        return this.properties.get(request as ServedGet);
      case "PROPERTY_SET":
        return this.properties.set(request as ServedSet);
    }
  }
}
