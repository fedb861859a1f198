import { ValidationError } from "../errors";

const CODES = {
  /** Experiment is initialising. */
  INIT: 1,
  /** Experiment has begun. */
  START: 2,
  /** Experiment has stopped. */
  END: 4,
  /** Cleanup has begun. */
  CLEANUP: 8,
  /** Experiment must stop at once. */
  INTERRUPT: 16,
  /** Where a rig stands. */
  STATUS: 32,
  /** Where a rig stands, with details. */
  INFO: 64,
  /** A token of the lab's database, or the question for one. */
  ALYX: 128,
} as const;

/** The code of one event (iblutil io.net). Codes combine by bitwise or when listening, never in a message. */
export type ExperimentEvent = (typeof CODES)[keyof typeof CODES];

/** The events to listen for: a code, codes combined by bitwise or, a name in any case, or a list of these. */
export type EventSelection = number | string | readonly (number | string)[];

const EVENTS: readonly ExperimentEvent[] = Object.values(CODES);

const ANY = EVENTS.reduce<number>((mask, event) => mask | event, 0);

const NAMES: ReadonlyMap<ExperimentEvent, string> = new Map([
  [CODES.INIT, "EXPINIT"],
  [CODES.START, "EXPSTART"],
  [CODES.END, "EXPEND"],
  [CODES.CLEANUP, "EXPCLEANUP"],
  [CODES.INTERRUPT, "EXPINTERRUPT"],
  [CODES.STATUS, "EXPSTATUS"],
  [CODES.INFO, "EXPINFO"],
  [CODES.ALYX, "ALYX"],
]);

const CHOICES = EVENTS.map((event) => `${nameOf(event)} (${event})`).join(", ");

/** `EXPSTART`, or `EXPEND | EXPINTERRUPT` for a combination. */
function nameOf(events: number): string {
  return EVENTS.filter((event) => (events & event) !== 0)
    .map((event) => NAMES.get(event) ?? String(event))
    .join(" | ");
}

function validate(value: unknown): ExperimentEvent {
  const wanted = typeof value === "string" ? value.trim().toUpperCase() : value;
  const event = EVENTS.find((known) => known === wanted || isNameOf(known, wanted));
  if (event !== undefined) return event;
  if (typeof wanted === "number" && Number.isInteger(wanted) && wanted > 0 && wanted <= ANY) {
    throw new ValidationError(
      `${wanted} combines events (${nameOf(wanted)}); a message carries one of: ${CHOICES}`,
    );
  }
  throw new ValidationError(`${printed(value)} is no experiment event; choose one of: ${CHOICES}`);
}

/** Names count with and without their `EXP`. */
function isNameOf(event: ExperimentEvent, name: unknown): boolean {
  return typeof name === "string" && (nameOf(event) === name || nameOf(event) === `EXP${name}`);
}

function select(selection: EventSelection): number {
  if (typeof selection === "object") {
    const mask = selection.reduce<number>((selected, each) => selected | select(each), 0);
    if (mask !== 0) return mask;
  }
  if (typeof selection === "number" && Number.isInteger(selection) && selection > 0 && selection <= ANY) {
    return selection;
  }
  return validate(selection);
}

function printed(value: unknown): string {
  return typeof value === "string" ? `"${value}"` : typeof value === "number" ? String(value) : typeof value;
}

/** The events of an experiment, and what makes one from a name or a number (iblutil io.net). */
export const ExperimentEvent = {
  ...CODES,
  /** Every event combined, for listening. */
  ANY,
  /** The names on the wire, such as `EXPSTART`; joined by ` | ` for a combination. */
  nameOf,
  /**
   * The one event that a name (`"EXPSTART"`, `"start"`, any case), number or enum value means.
   *
   * @throws ValidationError that lists the choices.
   */
  validate,
  /**
   * The events that a selection means, combined by bitwise or.
   *
   * @throws ValidationError that lists the choices.
   */
  select,
} as const;
