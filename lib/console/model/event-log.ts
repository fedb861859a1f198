import { BehaviorSubject } from "rxjs";

/** Something that happened while the page was open. */
export interface LoggedEvent {
  readonly id: number;
  readonly time: Date;
  readonly kind: "call" | "set" | "missed" | "lost" | "back";
  readonly device: string;
  readonly member?: string;
  /** What became of it. */
  readonly outcome?: "done" | "failed" | "cancelled";
  readonly text: string;
  readonly durationMs?: number;
}

/** More are forgotten, oldest first: the page may be open for months. */
const MOST_EVENTS = 1_000;

/** Longer texts are cut. */
const MOST_CHARACTERS = 500;

/** Missed signals of one member within this time are one line, in milliseconds. */
const BURST_MS = 10_000;

/** What happened here, newest first. */
export class EventLog {
  readonly events$ = new BehaviorSubject<readonly LoggedEvent[]>([]);
  private nextId = 1;
  private readonly bursts = new Map<string, { id: number; count: number }>();

  add(event: Omit<LoggedEvent, "id" | "time">): void {
    const text = event.text.slice(0, MOST_CHARACTERS);
    const logged = { id: this.nextId++, time: new Date(), ...event, text };
    this.events$.next([logged, ...this.events$.value].slice(0, MOST_EVENTS));
  }

  /** Signals that did not come: one line a member and burst, with their number. */
  missed(device: string, member: string, count: number, isRestarted: boolean): void {
    const key = `${device}\n${member}`;
    const burst = this.bursts.get(key);
    const text = (total: number) =>
      `${total} missed${isRestarted ? "; the device started anew in between" : ""}`;
    const events = this.events$.value;
    const known = events.find(({ id }) => id === burst?.id);
    if (burst === undefined || known === undefined || Date.now() - known.time.getTime() > BURST_MS) {
      this.bursts.set(key, { id: this.nextId, count });
      this.add({ kind: "missed", device, member, text: text(count) });
      return;
    }
    burst.count += count;
    this.events$.next(
      events.map((event) => (event === known ? { ...event, text: text(burst.count) } : event)),
    );
  }

  clear(): void {
    this.events$.next([]);
  }
}
