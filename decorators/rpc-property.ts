import { type DecoratedMember, memberName, type RpcFieldDecorator } from "../lib/contract/decorated-member";
import { recordsOf } from "../lib/contract/records";
import { type DisplayMetadata, type ValueMetadata } from "../lib/contract/value-metadata";
import { type ValueRules } from "../lib/contract/value-rules";
import { type TypeSpec } from "../lib/contract/value-type";

/** How a property is read, set and told: options of `@RpcProperty`. */
export interface PropertyOptions extends ValueRules, ValueMetadata, DisplayMetadata {
  /** The member name of the signal that tells a new value. */
  readonly notify?: string;
  /** Whether setting the property emits `notify`; false where the setter emits by itself. Default true. */
  readonly autoNotify?: boolean;
  /**
   * How old the value may be, in milliseconds: beyond it `read()` gives the quality `"stale"`. The value is as old as its
   * last update: an assignment to the property, by the device or a client, also of an equal value, or an emission of
   * the `notify` signal, a Subject. Before the first one it is stale. Default: the value is of the moment when it is read.
   */
  readonly maxAgeMs?: number;
  /** Refuses remote sets. Default: true for an accessor without a setter, false otherwise. */
  readonly readonly?: boolean;
  /**
   * The device keeps the value across restarts: what callers set is written to a file, and set again, through the setter
   * and after the same checks, before anybody can connect. What the device itself assigns is not kept. Default false.
   */
  readonly persist?: boolean;
  /** Whether null may be set. Default false. */
  readonly nullable?: boolean;
  /**
   * The value's type, where the compiler's is too wide: `arrayOf(Integer)`. Default: the declared type. The compiler
   * passes on only a type that is written out (`gain: number = 1`): an inferred one (`gain = 1`), like an interface or
   * a union of several kinds, takes any value. `() => Step` is asked when the class is first used.
   */
  readonly type?: TypeSpec;
  /** The name on the wire. Default: the member's, mapped by the service's `naming`. */
  readonly wireName?: string;
  /** One line for people, shown by generic clients. */
  readonly description?: string;
}

/** Exposes a field or an accessor as a property. class-validator constraints beside it guard remote sets. */
export function RpcProperty(options: PropertyOptions = {}): RpcFieldDecorator {
  return (target: unknown, member: DecoratedMember) => {
    recordsOf(target, member).members.set(memberName(member), { kind: "property", ...options });
  };
}
