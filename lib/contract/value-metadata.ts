import { ContractError } from "../errors";
import { given } from "./given";

/** What people, screens and scripts need to know of a value beyond its type. */
export interface ValueMetadata {
  /** What it is measured in, as UCUM or SI writes it: `"mm"`, `"mm/s"`, `"Cel"`, `"%"`. Default: nothing is known. */
  readonly unit?: string;
  /** How many digits after the decimal point mean something. Default: as many as there are. */
  readonly precision?: number;
  /** The range outside of which a person should look at it, in its unit. It refuses nothing. Default: none. */
  readonly warn?: readonly [low: number, high: number];
}

/** What screens and recorders need to know of a property or a signal. */
export interface DisplayMetadata {
  /** Whether a screen shows it at first sight, or among the details. Default: as the screen likes. */
  readonly show?: "main" | "detail";
  /** Whether a recorder that is asked for everything takes it. Default: as the recorder likes. */
  readonly record?: boolean;
}

const MAX_PRECISION = 100;

/**
 * The metadata out of a decorator's options.
 *
 * @returns Nothing where there is none.
 * @throws ContractError where it cannot be meant so.
 */
export function metadataOf({ unit, precision, warn }: ValueMetadata): ValueMetadata | undefined {
  if (unit === "") throw new ContractError("the unit is empty: leave it out, or write 1 for a plain number");
  if (
    precision !== undefined &&
    !(Number.isInteger(precision) && precision >= 0 && precision <= MAX_PRECISION)
  ) {
    throw new ContractError(`precision is a number of digits, and no ${precision}`);
  }
  if (warn !== undefined && !(warn[0] <= warn[1])) {
    throw new ContractError(`warn is a range from low to high, and no [${warn.join(", ")}]`);
  }
  const metadata = given({ unit, precision, warn });
  return Object.keys(metadata).length === 0 ? undefined : metadata;
}
