import { ValidationError } from "../errors";

const CODES = {
  CONNECTED: 0,
  INITIALIZED: 10,
  RUNNING: 20,
  STOPPED: 30,
} as const;

/** Where a rig stands in an experiment (iblutil io.net). */
export type ExperimentStatus = (typeof CODES)[keyof typeof CODES];

const CHOICES = Object.entries(CODES)
  .map(([name, status]) => `${name} (${status})`)
  .join(", ");

function find(value: unknown): ExperimentStatus | undefined {
  const wanted = typeof value === "string" ? value.trim().toUpperCase() : value;
  return Object.entries(CODES).find(([name, status]) => name === wanted || status === wanted)?.[1];
}

function validate(value: unknown): ExperimentStatus {
  const status = find(value);
  if (status !== undefined) return status;
  const printed = typeof value === "string" || typeof value === "number" ? `"${value}"` : typeof value;
  throw new ValidationError(`${printed} is no experiment status; choose one of: ${CHOICES}`);
}

/** The statuses of a rig, and what makes one from a name or a number (iblutil io.net). */
export const ExperimentStatus = {
  ...CODES,
  /** The status that a value means; `undefined` for anything else. */
  find,
  /**
   * The status that a name (any case), number or enum value means.
   *
   * @throws ValidationError that lists the choices.
   */
  validate,
} as const;
