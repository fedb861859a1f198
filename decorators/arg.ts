import { recordsOf } from "../lib/contract/records";
import { type TypeSpec } from "../lib/contract/value-type";

/** What `@Arg` says of a parameter besides its name. */
export interface ArgOptions {
  /**
   * The argument's type, where the compiler's is too wide: `arrayOf(Step)`. Default: the declared type. The compiler
   * passes on only a type that is written out (`lores: boolean = false`): an inferred one (`lores = false`), like a
   * union or an interface, takes any value.
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
  /** A rest parameter: takes all arguments that are left. Default false. */
  readonly rest?: boolean;
}

/**
 * Names a parameter, so that callers can give it by name and errors can say which one is wrong.
 *
 * @param name - The keyword on the wire.
 */
export function Arg(name: string, options: ArgOptions = {}): ParameterDecorator {
  return (prototype, member, index) => {
    recordsOf(prototype, member).addArg(String(member), index, { name, ...options });
  };
}
