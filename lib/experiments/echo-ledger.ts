import { deferred, type Deferred } from "../time/deferred";
import { ExperimentEvent } from "./experiment-event";
import { type MessageMark } from "./message-mark";
import { formatAddress, type RigAddress } from "./rig-address";
import { EchoMismatchError, EchoTimeoutError } from "./rig-errors";

/** A message that is about to be sent. */
export interface EchoRequest {
  readonly event: ExperimentEvent;
  readonly mark: MessageMark;
  readonly bytes: Buffer;
  readonly peer: RigAddress;
  readonly timeoutMs: number;
}

/** One message that the other side has not confirmed yet. */
export interface PendingEcho {
  /** Resolves with the echo; rejects when it cannot come any more. */
  readonly confirmed: Promise<void>;
  /** The message is out: its time runs from now. */
  sent(): void;
  fail(error: Error): void;
}

/** How an echo ended. */
export type EchoVerdict = "confirmed" | "mismatch" | "unexpected";

interface Entry extends EchoRequest {
  readonly confirmation: Deferred<void>;
  timer?: ReturnType<typeof setTimeout>;
  hint?: string;
}

/** The messages of one communicator that wait for their echo, whoever they went to. */
export class EchoLedger {
  private readonly entries = new Map<number, Entry>();

  /** @param rig - The communicator's name, for errors. */
  constructor(private readonly rig: string) {}

  /** Enters a message, before it is sent. */
  expect(request: EchoRequest): PendingEcho {
    const entry: Entry = { ...request, confirmation: deferred() };
    this.entries.set(request.mark.count, entry);
    return {
      confirmed: entry.confirmation.promise,
      sent: () => this.startClock(entry),
      fail: (error) => this.remove(entry)?.confirmation.reject(error),
    };
  }

  /** Whether a message to this peer, or to anybody, waits for its echo. */
  isWaiting(peer: RigAddress | undefined): boolean {
    if (peer === undefined) return this.entries.size > 0;
    return [...this.entries.values()].some((entry) => formatAddress(entry.peer) === formatAddress(peer));
  }

  /** Settles the message that an echo belongs to, if it still waits for one from this peer. */
  settle(mark: MessageMark, bytes: Buffer, from: RigAddress): EchoVerdict {
    const entry = this.entries.get(mark.count);
    if (entry === undefined || formatAddress(entry.peer) !== formatAddress(from)) return "unexpected";
    this.remove(entry);
    if (entry.bytes.equals(bytes)) {
      entry.confirmation.resolve();
      return "confirmed";
    }
    const name = ExperimentEvent.nameOf(entry.event);
    const place = formatAddress(from);
    entry.confirmation.reject(
      new EchoMismatchError(`${this.rig}: ${place} sent back other bytes than the ${name} it got`, {
        device: this.rig,
      }),
    );
    return "mismatch";
  }

  /** Remembers what is known about a peer, for the error of a message that it does not confirm. */
  note(peer: RigAddress, hint: string): void {
    for (const entry of this.of(peer)) entry.hint = hint;
  }

  /** Gives up the messages to one peer, or all. */
  abandon(reasonFor: (event: ExperimentEvent, peer: RigAddress) => Error, peer?: RigAddress): void {
    for (const entry of peer === undefined ? [...this.entries.values()] : this.of(peer)) {
      this.remove(entry)?.confirmation.reject(reasonFor(entry.event, entry.peer));
    }
  }

  private startClock(entry: Entry): void {
    if (!this.entries.has(entry.mark.count)) return;
    const { event, peer, timeoutMs } = entry;
    entry.timer = setTimeout(() => {
      this.remove(entry)?.confirmation.reject(
        new EchoTimeoutError(event, peer, timeoutMs, this.rig, entry.hint),
      );
    }, timeoutMs);
  }

  private of(peer: RigAddress): Entry[] {
    const place = formatAddress(peer);
    return [...this.entries.values()].filter((entry) => formatAddress(entry.peer) === place);
  }

  private remove(entry: Entry): Entry | undefined {
    clearTimeout(entry.timer);
    return this.entries.delete(entry.mark.count) ? entry : undefined;
  }
}
