import { type DecoratedMember, memberName } from "../lib/contract/decorated-member";
import { type ArgRecord, recordsOf } from "../lib/contract/records";
import { type ValueMetadata } from "../lib/contract/value-metadata";
import { type ValueRules } from "../lib/contract/value-rules";
import { isTypeSpec, type TypeSpec } from "../lib/contract/value-type";

/** What `@Arg` says of a parameter besides its name. */
export interface ArgOptions extends ValueRules, ValueMetadata {
  /** One line for people, shown by generic clients. */
  readonly description?: string;
  /**
   * The argument's type, where the compiler's is too wide: `arrayOf(Step)`. Default: the declared type. The compiler
   * passes on only a type that is written out (`lores: boolean = false`): an inferred one (`lores = false`), like a
   * union or an interface, takes any value. `() => Step` is asked when the class is first used.
   */
  readonly type?: TypeSpec;
  /** May be left out. Default: true for parameters with a default value. Say it for `lores?: boolean`. */
  readonly optional?: boolean;
  /** May be null. Default false. */
  readonly nullable?: boolean;
  /**
   * Clients send it by its name, never by its place: for what a Python device takes by name only (`def f(*, a)`). A
   * device of this library takes it either way. Default false.
   */
  readonly keyword?: boolean;
  /** A rest parameter: takes all arguments that are left. Default: true for one that is written as such. */
  readonly rest?: boolean;
}

/** A decorator of a parameter, and the parameter's description for the `args` of a method's decorator. */
export interface Argument {
  (prototype: object, member: string | symbol | undefined, index: number): void;
  readonly record: ArgRecord;
}

/**
 * Names a parameter, so that callers can give it by name and errors can say which one is wrong.
 *
 * @param name - The keyword on the wire.
 * @param about - The type of the argument, or its type and more.
 */
export function Arg(name: string, ...about: [] | [TypeSpec | ArgOptions]): Argument {
  const record = recordFor(name, about);
  const decorate = (prototype: object, member: DecoratedMember | undefined, index: number) => {
    recordsOf(prototype, member).addArg(memberName(member ?? ""), index, record);
  };
  return Object.assign(decorate, { record });
}

function recordFor(name: string, about: readonly (TypeSpec | ArgOptions | undefined)[]): ArgRecord {
  if (about.length === 0) return { name };
  const [options] = about;
  // A class of a circle of imports is undefined: it is told when the device's class is first used.
  return options === undefined || isTypeSpec(options) ? { name, type: options } : { name, ...options };
}
