import { type EventSelection, ExperimentEvent } from "./experiment-event";
import { type ReceivedMessage } from "./received-message";

/** Called with each message of the events it is assigned to. What it throws or rejects with goes to the sender. */
export type EventCallback = (message: ReceivedMessage) => unknown;

interface Assignment {
  events: number;
  readonly callback: unknown;
  readonly run: EventCallback;
}

/** The callbacks that are assigned to events. */
export class EventCallbacks {
  private assignments: readonly Assignment[] = [];

  /** @param callback - What {@link clear} knows it by. */
  assign(selection: EventSelection, callback: unknown, run: EventCallback): void {
    const events = ExperimentEvent.select(selection);
    this.assignments = [...this.assignments, { events, callback, run }];
  }

  /** Takes callbacks, or one of them, from these events; how many it took away. */
  clear(selection: EventSelection, callback?: unknown): number {
    const events = ExperimentEvent.select(selection);
    const affected = this.assignments.filter(
      (each) => (each.events & events) !== 0 && (callback === undefined || each.callback === callback),
    );
    for (const each of affected) each.events &= ~events;
    this.assignments = this.assignments.filter((each) => each.events !== 0);
    return affected.length;
  }

  /** Calls what is assigned to the message's event, in the order of assignment. */
  run(message: ReceivedMessage, onFailure: (thrown: unknown) => void): void {
    for (const { events, run } of this.assignments) {
      if ((events & message.event) !== 0) void attempt(run, message, onFailure);
    }
  }
}

async function attempt(run: EventCallback, message: ReceivedMessage, onFailure: (thrown: unknown) => void) {
  try {
    await run(message);
  } catch (error) {
    onFailure(error);
  }
}
