import { setTimeout as delay } from "node:timers/promises";
import { distinctUntilChanged, map, retry } from "rxjs";
import { clientOf, type Remote, withOptions } from "rigwire";
import { type ChaosDevice } from "../chaos-device";
import { type Journal } from "../journal";
import { type ConnectionCounts, type LastTick, type SignalCounts } from "../messages";
import { TickAccount } from "../tick-account";

const LOOK_EVERY_MS = 50;
const CALL_MS = 1_000;

/** What a client process is: it is told apart from all others by its name and its process. */
export interface Self {
  readonly name: string;
  readonly journal: Journal;
  /** An id for a command that nobody else gives. */
  newId(): string;
}

/** One device as a client hears of it. */
export class HeardDevice {
  private readonly account: TickAccount;

  private connected = { all: 0, local: 0 };

  /** What `changes$` told last. */
  private mark: string | undefined;

  /** @param onTick - Called for each tick that is heard. */
  constructor(
    readonly name: string,
    protected readonly remote: Remote<ChaosDevice>,
    protected readonly self: Self,
    onTick: () => void = () => undefined,
  ) {
    const { journal, name: client } = self;
    this.account = new TickAccount(
      (text) => journal.write({ kind: "problem", text: `${client}: ${text}` }),
      (restart) => journal.write({ kind: "restart", ...restart }),
    );
    // It fails where the device is not there when its value is first asked for.
    remote.mark.changes$.pipe(retry({ delay: LOOK_EVERY_MS })).subscribe((mark) => (this.mark = mark));
    remote.ticked.subscribe(([run, number]) => {
      this.account.heard(run, number);
      onTick();
    });
    const { missed$, state$ } = clientOf(remote);
    state$
      .pipe(
        map((state) => (state.kind === "connected" ? (state.road ?? "another") : undefined)),
        distinctUntilChanged(),
      )
      .subscribe((road) => {
        if (road !== undefined) this.connected.all += 1;
        if (road === "local") this.connected.local += 1;
      });
    missed$.subscribe(({ signal, count }) => {
      if (signal === "ticked") this.account.missed(count);
    });
  }

  get connections(): ConnectionCounts {
    return this.connected;
  }

  get signals(): SignalCounts {
    return this.account.total;
  }

  /** Waits until the device answers and its last tick is accounted for. @returns What is missing after the time. */
  async settled(lastTick: LastTick | undefined, withinMs: number): Promise<string | undefined> {
    const until = performance.now() + withinMs;
    let missing: string | undefined;
    do {
      missing = await this.missing(lastTick);
      await delay(LOOK_EVERY_MS);
    } while (missing !== undefined && performance.now() < until);
    return missing;
  }

  private async missing(lastTick: LastTick | undefined): Promise<string | undefined> {
    const remote = withOptions(this.remote, { timeoutMs: CALL_MS });
    try {
      await remote.urgent(this.self.newId());
    } catch (error) {
      return `does not reach ${this.name}: ${String(error)}`;
    }
    const mark = await remote.mark.get().catch(String);
    if (mark !== this.mark) return `was told by changes$ that mark is ${this.mark}, and it is ${mark}`;
    if (lastTick === undefined || this.account.covers(lastTick)) return undefined;
    return `was not told of tick ${lastTick.number} of ${lastTick.run}: ${this.account.position}`;
  }
}
