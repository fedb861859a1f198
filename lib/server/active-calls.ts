import { type FailureReason } from "../wire/failures";
import { type ActiveCall } from "./active-call";

/** Calls of one client that may wait or run at the same time, unless told otherwise. */
export const DEFAULT_MAX_CALLS_PER_CLIENT = 4_096;

/** Calls of all clients of one device, unless told otherwise. */
export const DEFAULT_MAX_CALLS = 65_536;

export interface CallLimits {
  /** Calls of one client that wait or run; one more gets a `BusyError` at once. Default 4 096. */
  readonly maxCallsPerClient?: number;
  /** Calls of all clients that wait or run; one more gets a `BusyError` at once. Default 65 536. */
  readonly maxCalls?: number;
}

/** The calls of one device that wait or run: counted, so that there is a bound, and found when their caller cancels. */
export class ActiveCalls {
  private count = 0;
  private readonly byClient = new Map<string, Set<ActiveCall>>();
  private tellIdle: (() => void) | undefined;

  constructor(private readonly limits: CallLimits) {}

  /** Why one more call of this client cannot be taken; nothing if it can. */
  refusalFor(client: string): string | undefined {
    const { maxCalls = DEFAULT_MAX_CALLS, maxCallsPerClient = DEFAULT_MAX_CALLS_PER_CLIENT } = this.limits;
    if (this.count >= maxCalls) return `the device has ${maxCalls} calls waiting (maxCalls)`;
    const ofClient = this.byClient.get(client)?.size ?? 0;
    return ofClient >= maxCallsPerClient
      ? `this client has ${maxCallsPerClient} calls waiting (maxCallsPerClient)`
      : undefined;
  }

  add(call: ActiveCall): void {
    this.count += 1;
    const ofClient = this.byClient.get(call.client);
    if (ofClient === undefined) this.byClient.set(call.client, new Set([call]));
    else ofClient.add(call);
  }

  /** Takes a call out, if it was in. */
  delete(call: ActiveCall): void {
    const ofClient = this.byClient.get(call.client);
    if (ofClient?.delete(call) !== true) return;
    this.count -= 1;
    if (ofClient.size === 0) this.byClient.delete(call.client);
    if (this.count === 0) this.tellIdle?.();
  }

  find(client: string, id: string): ActiveCall | undefined {
    for (const call of this.byClient.get(client) ?? []) if (call.id === id) return call;
    return undefined;
  }

  /** Each call that waits is refused, each that runs is told to end. */
  giveUpAll(why: string, reason: FailureReason): void {
    for (const call of this.all()) call.giveUp(why, reason);
  }

  /** Each call that waits is refused. */
  refuseWaiting(why: string, reason: FailureReason): void {
    for (const call of this.all()) if (call.isWaiting) call.giveUp(why, reason);
  }

  /** Resolves when no call is left, or when the time is over, in milliseconds. */
  async idle(withinMs: number): Promise<void> {
    if (this.count === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.tellIdle = resolve;
      timer = setTimeout(resolve, withinMs);
    });
    clearTimeout(timer);
  }

  private all(): ActiveCall[] {
    return [...this.byClient.values()].flatMap((calls) => [...calls]);
  }
}
