import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** Milliseconds on the one clock that all processes of a computer share. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** What a process tells of itself; kept whatever becomes of the process. */
export type Entry =
  /** A process of a device came up: what its predecessor was doing is over. */
  | { readonly kind: "opened" }
  | ({ readonly kind: "began" } & Begun)
  /** A command that waited for its turn has ended. */
  | { readonly kind: "left"; readonly id: string; readonly at: number }
  /** A source of items or of progress began to tell; it must clear up, unless its process ends. */
  | { readonly kind: "source"; readonly id: string; readonly at: number }
  /** What stands in its `finally` ran, or nobody is subscribed to it any more. */
  | { readonly kind: "cleared"; readonly id: string; readonly at: number }
  /** A device is about to tell a tick. */
  | { readonly kind: "ticked"; readonly run: string; readonly number: number }
  /** A client issued a command. */
  | { readonly kind: "issued"; readonly id: string; readonly at: number; readonly timeoutMs: number }
  | { readonly kind: "ended"; readonly id: string; readonly at: number; readonly outcome: string }
  /** A client heard the first tick of another run of a device. */
  | ({ readonly kind: "restart" } & Restart)
  /** A client read a stream, or the progress of a call, to its end. */
  | { readonly kind: "read"; readonly items: number; readonly skipped: number; readonly outcome: string }
  /** A client saw what must not be. */
  | { readonly kind: "problem"; readonly text: string };

/** A device began a command; one that waits for its turn must not overlap another. */
export interface Begun {
  readonly id: string;
  readonly at: number;
  readonly inTurn?: boolean;
  /** When the server last looked at its clock before, and until when it thought that it may begin; where it says so. */
  readonly look?: { readonly at: number; readonly deadline: number };
}

export interface Restart {
  readonly fromRun: string;
  readonly lastNumber: number;
  readonly toRun: string;
  readonly firstNumber: number;
  /** Signals told to be missed between the two. */
  readonly missed: number;
}

export class Journal {
  constructor(private readonly file: string) {}

  write(entry: Entry): void {
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }

  /** A last line that a killed process did not finish is left out. */
  read(): Entry[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Entry);
  }
}
