import { type Lane, LaneCounts } from "../contract/lane";
import { type ForwardedCall } from "./forwarded-call";

/** Requests of one client that are under way in each lane: far fewer than a device takes of the gateway. */
const MAX_PER_CLIENT = 256;

interface ClientCalls {
  readonly calls: Set<ForwardedCall>;
  readonly lanes: LaneCounts;
}

/** The requests that are under way to one device, by the clients that asked. */
export class ForwardedCalls {
  private readonly byClient = new Map<string, ClientCalls>();

  /** Why one more of a client is not taken; nothing where it is. */
  obstacleTo(client: string, lane: Lane): string | undefined {
    const count = this.byClient.get(client)?.lanes.of(lane) ?? 0;
    return count < MAX_PER_CLIENT
      ? undefined
      : `this client has ${MAX_PER_CLIENT} requests under way through the gateway`;
  }

  add(call: ForwardedCall): void {
    const { id } = call.client;
    const known = this.byClient.get(id) ?? { calls: new Set(), lanes: new LaneCounts() };
    this.byClient.set(id, known);
    known.calls.add(call);
    known.lanes.add(call.lane);
  }

  delete(call: ForwardedCall): void {
    const { id } = call.client;
    const known = this.byClient.get(id);
    if (known?.calls.delete(call) !== true) return;
    known.lanes.remove(call.lane);
    if (known.calls.size === 0) this.byClient.delete(id);
  }

  /** The one that a client gave this number. */
  find(client: string, clientsId: string): ForwardedCall | undefined {
    for (const call of this.byClient.get(client)?.calls ?? []) if (call.clientsId === clientsId) return call;
    return undefined;
  }

  /** The one with this number at the device. */
  numbered(id: string): ForwardedCall | undefined {
    for (const { calls } of this.byClient.values()) {
      for (const call of calls) if (call.isSent && String(call.id) === id) return call;
    }
    return undefined;
  }

  /** All clients are gone. */
  forsakeAll(): void {
    for (const client of [...this.byClient.keys()]) this.forsake(client);
  }

  /** A client is gone. */
  forsake(client: string): void {
    for (const call of [...(this.byClient.get(client)?.calls ?? [])]) call.forsake();
  }
}
