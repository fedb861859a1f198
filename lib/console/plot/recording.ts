import { BehaviorSubject, type Observable, type Subscription } from "rxjs";
import { History } from "./history";
import { type PlotShape, plotShapeOf } from "./plot-shape";

/** Rows of a table that are kept. */
const MOST_ROWS = 50;

export interface RecordedRow {
  readonly id: number;
  readonly time: Date;
  readonly value: unknown;
}

/** What a plot or a table shows of a source: bounded, however much comes. */
export class Recording {
  /** Counts what came. */
  readonly count$ = new BehaviorSubject(0);
  readonly problem$ = new BehaviorSubject<string | undefined>(undefined);
  shape: PlotShape = { kind: "table" };
  history = new History(1);
  newest: unknown;
  newestAt: Date | undefined;
  rows: readonly RecordedRow[] = [];
  private subscription: Subscription | undefined;

  /** @param holds - Whether it is what came last until the next comes, as a property is. */
  constructor(readonly holds = false) {}

  start(source: Observable<unknown>): void {
    this.stop();
    this.problem$.next(undefined);
    this.subscription = source.subscribe({
      next: (value) => this.add(value),
      error: (error: unknown) => this.problem$.next(error instanceof Error ? error.message : String(error)),
    });
  }

  stop(): void {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
  }

  private add(value: unknown): void {
    const now = new Date();
    const shape = plotShapeOf(value);
    const isFirst = this.count$.value === 0;
    if (isFirst || shape.kind !== this.shape.kind || linesOf(shape) !== linesOf(this.shape)) {
      this.shape = shape;
      this.history = new History(linesOf(shape));
    }
    this.newest = value;
    this.newestAt = now;
    if (shape.kind === "time") {
      this.history.add(now.getTime() / 1_000, typeof value === "number" ? [value] : (value as number[]));
    } else if (shape.kind === "table") {
      this.rows = [{ id: this.count$.value, time: now, value }, ...this.rows.slice(0, MOST_ROWS - 1)];
    }
    this.count$.next(this.count$.value + 1);
  }
}

function linesOf(shape: PlotShape): number {
  return shape.kind === "time" ? shape.lines : 1;
}
