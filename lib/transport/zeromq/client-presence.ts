import { Subject, type Observable } from "rxjs";
import { platform } from "../../platform/current";
import { type ClientIdentity } from "../endpoint";

/** A client that was killed is noticed within this time, in milliseconds. */
const PROBE_EVERY_MS = 400;

/** Clients without calls that are looked at in one go, in turn: so that those that left are forgotten. */
const IDLE_PROBES = 64;

/** Which clients are there, of those that may be probed. */
export class ClientPresence {
  private readonly departures = new Subject<ClientIdentity>();
  readonly departed$: Observable<ClientIdentity> = this.departures.asObservable();
  private readonly present = new Map<string, ClientIdentity>();
  private readonly timer: ReturnType<typeof setInterval>;

  /**
   * @param attended - Those whose departure matters now.
   * @param probe - Sends one an empty message; `gone` is called where it cannot be sent.
   */
  constructor(
    private readonly attended: () => Iterable<ClientIdentity>,
    private readonly probe: (client: ClientIdentity) => void,
  ) {
    this.timer = setInterval(() => this.probeAll(), PROBE_EVERY_MS);
    platform().unref(this.timer);
  }

  /** How many are there. */
  get count(): number {
    return this.present.size;
  }

  /** A client said that it may be probed. */
  greeted(client: ClientIdentity): void {
    this.present.set(client.id, client);
  }

  /** Nothing can be sent to a client any more. */
  gone(id: string): void {
    const client = this.present.get(id);
    if (client === undefined) return;
    this.present.delete(id);
    this.departures.next(client);
  }

  close(): void {
    clearInterval(this.timer);
    this.departures.complete();
  }

  private probeAll(): void {
    const probed = new Set<string>();
    for (const { id } of this.attended()) probed.add(id);
    let idle = 0;
    for (const [id, client] of this.present) {
      if (idle++ >= IDLE_PROBES) break;
      probed.add(id);
      // To the end of the line.
      this.present.delete(id);
      this.present.set(id, client);
    }
    for (const id of probed) {
      const client = this.present.get(id);
      if (client !== undefined) this.probe(client);
    }
  }
}
