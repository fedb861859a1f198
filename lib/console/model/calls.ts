import { BehaviorSubject } from "rxjs";
import { CallAbortedError, type Keywords } from "../../browser";
import { type DescribedMethod } from "./described-device";
import { type KnownDevice } from "./known-device";
import { type EventLog } from "./event-log";
import { bytesOf, infoOf } from "./pictures";

/** A call of a method, from its beginning to what became of it. */
export type CallState =
  | { readonly kind: "running"; readonly startedAt: number; readonly progress?: unknown }
  | { readonly kind: "done"; readonly durationMs: number; readonly result: unknown; readonly at: Date }
  | { readonly kind: "failed"; readonly durationMs: number; readonly problem: string; readonly at: Date }
  | { readonly kind: "cancelled"; readonly durationMs: number; readonly at: Date };

let calls = 0;

export class Call {
  readonly id = ++calls;
  readonly state$ = new BehaviorSubject<CallState>({ kind: "running", startedAt: performance.now() });
  private readonly giving = new AbortController();

  /** Resolves when it has ended, however it ended. */
  readonly ended: Promise<void>;

  /** @param isQuiet - Whether it is one of many, of which only failures matter. */
  constructor(
    readonly isQuiet: boolean,
    run: (call: Call, signal: AbortSignal) => Promise<unknown>,
  ) {
    const startedAt = performance.now();
    const after = () => ({ durationMs: performance.now() - startedAt, at: new Date() });
    this.ended = run(this, this.giving.signal).then(
      (result) => this.state$.next({ kind: "done", result, ...after() }),
      (error: unknown) =>
        this.state$.next(
          error instanceof CallAbortedError && this.giving.signal.aborted
            ? { kind: "cancelled", ...after() }
            : { kind: "failed", problem: error instanceof Error ? error.message : String(error), ...after() },
        ),
    );
  }

  /** Gives it up; the device ends the method. */
  cancel(): void {
    this.giving.abort();
  }

  told(progress: unknown): void {
    const state = this.state$.value;
    if (state.kind === "running") this.state$.next({ ...state, progress });
  }
}

/** What a buffer method returned. */
export interface ReturnedBytes {
  readonly bytes: Uint8Array;
  readonly info: unknown;
  readonly callId: number;
}

/** The calls of one device that were made here: the newest of each method. */
export class Calls {
  private readonly newest = new Map<string, BehaviorSubject<Call | undefined>>();
  private readonly pictures = new Map<string, BehaviorSubject<ReturnedBytes | undefined>>();

  constructor(
    private readonly device: KnownDevice,
    private readonly log: EventLog,
  ) {}

  of(member: string): BehaviorSubject<Call | undefined> {
    const known = this.newest.get(member) ?? new BehaviorSubject<Call | undefined>(undefined);
    this.newest.set(member, known);
    return known;
  }

  /** The newest bytes that a method returned; nothing before the first. */
  picture(member: string): BehaviorSubject<ReturnedBytes | undefined> {
    const known = this.pictures.get(member) ?? new BehaviorSubject<ReturnedBytes | undefined>(undefined);
    this.pictures.set(member, known);
    return known;
  }

  /**
   * @param args - By place; one that is `undefined` is left out.
   * @param kwargs - Those that are given by name.
   * @param options.isQuiet - Whether the log hears of it only where it fails, as of pictures one after the other.
   */
  start(
    { member, wireName }: DescribedMethod,
    args: readonly unknown[],
    kwargs: Keywords = {},
    { isQuiet = false } = {},
  ): Call {
    const { client } = this.device.described$.value ?? {};
    const call = new Call(isQuiet, async (made, signal) => {
      if (client === undefined) throw new Error(`${this.device.name} was not reached yet`);
      const run = client.run(wireName, args, kwargs, { signal });
      run.progress$.subscribe((progress) => made.told(progress));
      return run;
    });
    this.of(member).next(call);
    void call.ended.then(() => this.record(member, args, call));
    return call;
  }

  private record(member: string, args: readonly unknown[], call: Call): void {
    const state = call.state$.value;
    if (state.kind === "running") return;
    const bytes = state.kind === "done" ? bytesOf(state.result) : undefined;
    if (state.kind === "done" && bytes !== undefined) {
      this.picture(member).next({ bytes, info: infoOf(state.result), callId: call.id });
    }
    if (call.isQuiet && state.kind === "done") return;
    const { kind: outcome, durationMs } = state;
    const given = args.filter((arg) => arg !== undefined).map((arg) => excerpt(JSON.stringify(arg)));
    const text = `${member}(${given.join(", ")})${state.kind === "failed" ? `: ${state.problem}` : ""}`;
    this.log.add({ kind: "call", device: this.device.name, member, outcome, durationMs, text });
  }
}

/** Arguments may be long. */
function excerpt(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}
