import { type DecoratedMember, memberName, type RpcFieldDecorator } from "../lib/contract/decorated-member";
import { recordsOf } from "../lib/contract/records";
import { type DisplayMetadata, type ValueMetadata } from "../lib/contract/value-metadata";
import { isValueType, type TypeSpec } from "../lib/contract/value-type";

/** How a signal is known on the network: options of `@Signal`. What is said of values is said of each argument. */
export interface SignalOptions extends ValueMetadata, DisplayMetadata {
  /** The name on the wire. Default: the member's, mapped by the service's `naming`. */
  readonly wireName?: string;
  /** One line for people, shown by generic clients. */
  readonly description?: string;
}

/**
 * Exposes an Observable field as a signal.
 *
 * @param types - The type of each argument: none for a `Subject<void>`, one for `Subject<T>`, several for a subject
 *   of tuples, whose items then travel as arguments. The last may be a {@link SignalOptions} instead.
 */
export function Signal(...types: (TypeSpec | SignalOptions)[]): RpcFieldDecorator {
  const last = types.at(-1);
  const options = isOptions(last) ? last : {};
  const argumentTypes = types.filter((type): type is TypeSpec => !isOptions(type));
  return (target: unknown, member: DecoratedMember) => {
    recordsOf(target, member).members.set(memberName(member), { kind: "signal", argumentTypes, ...options });
  };
}

function isOptions(type: TypeSpec | SignalOptions | undefined): type is SignalOptions {
  return typeof type === "object" && !isValueType(type);
}
