import { type PropertyGuard } from "./rule-checker";
import { type ExperimentMethod, type MethodResult, type OnCallerLost } from "./records";
import { type DisplayMetadata, type ValueMetadata } from "./value-metadata";
import { type ValueCheck } from "./value-rules";
import { type Rule } from "./validator";
import { type ValueType } from "./value-type";

/** How long clients wait for a method whose author named no time (plantimager RPC), in milliseconds. */
export const DEFAULT_METHOD_TIMEOUT_MS = 10_000;

/** What is known of a value besides its type, for screens and scripts; each left out where there is none. */
export interface ValueAbout {
  readonly metadata?: ValueMetadata;
  /** What its values must be beyond their type, as it is written out. */
  readonly check?: ValueCheck;
}

/** A parameter of a method. */
export interface ParameterContract extends ValueAbout {
  /** The name that callers may use for it; nothing where the author gave none with `@Arg`. */
  readonly name: string | undefined;
  readonly type: ValueType;
  /** Nothing is known of it: whatever is sent reaches the method. Left out where something is. */
  readonly isUnchecked?: true;
  /** May be left out by the caller. */
  readonly optional: boolean;
  /** May be null. */
  readonly nullable: boolean;
  /** Takes all arguments that are left. */
  readonly rest: boolean;
  /** Is sent by its name, never by its place. Default false. */
  readonly keyword?: boolean;
  /** One line for people; left out where the author wrote none. */
  readonly description?: string;
}

interface MemberBase {
  /** The name in TypeScript. */
  readonly member: string;
  /** The name in the protocol. */
  readonly wireName: string;
  /** One line for people. */
  readonly description: string | undefined;
}

/** What a service promises of a method. */
export interface MethodContract extends MemberBase {
  readonly kind: "method";
  /** What comes back: JSON, bytes with a JSON info object, or items that the reader pulls. */
  readonly result: MethodResult;
  /** Where items come back: what they are. */
  readonly stream?: StreamContract;
  /** The type of what comes back, checked before it leaves; left out where the author did not say. */
  readonly returns?: ValueType;
  /** Of what comes back, and of what is told before where its type is written out. */
  readonly metadata?: ValueMetadata;
  /**
   * Milliseconds a client waits for the result, or for the next item of a stream; null waits for ever, or as long as there
   * is progress.
   */
  readonly timeoutMs: number | null;
  /** Milliseconds a client waits without hearing of progress; nothing where the time does not depend on it. */
  readonly idleMs: number | undefined;
  /** What the method tells before its result, each of this type; nothing where it tells nothing. */
  readonly progress: ValueType | undefined;
  /** Where a progress that is a number begins and ends; left out where the author did not say. */
  readonly progressRange?: readonly [from: number, to: number];
  /** Runs at once instead of behind the device's other methods. */
  readonly concurrent: boolean;
  /** Runs at once as well, aborts what runs and refuses what waits. */
  readonly interrupts: boolean;
  /** Whether a call that runs is told to end when its caller is gone. */
  readonly onCallerLost: OnCallerLost;
  /** Nothing where the compiler wrote down no parameters: then any arguments are passed on. */
  readonly parameters: readonly ParameterContract[] | undefined;
}

/** What a service promises of a method whose items are pulled. */
export interface StreamContract {
  /** Of each item. */
  readonly items: ValueType;
  /** What may wait of an Observable for a reader that does not keep up, in bytes. */
  readonly bufferBytes: number;
}

/** What a service promises of a property. */
export interface PropertyContract extends MemberBase, ValueAbout, DisplayMetadata {
  readonly kind: "property";
  readonly readonly: boolean;
  readonly type: ValueType;
  /**
   * It can be set, and neither compiler nor author say anything of its type: whatever is sent reaches the device. Left
   * out otherwise.
   */
  readonly isUnchecked?: true;
  readonly nullable: boolean;
  /** The member name of the signal that tells a new value. */
  readonly notify: string | undefined;
  /** Whether setting the property emits `notify`; false where the setter emits by itself. */
  readonly autoNotify: boolean;
  /** Beyond this age the value is stale, in milliseconds; left out where it never is. */
  readonly maxAgeMs?: number;
  /** The device keeps what callers set across restarts. Left out where false. */
  readonly persist?: true;
  /** The limits, rules and class-validator constraints of the property. */
  readonly guard: PropertyGuard | undefined;
  /** The class-validator constraints that stand beside it; left out where there are none. */
  readonly constraints?: readonly Rule[];
}

/** What a service promises of a signal. */
export interface SignalContract extends MemberBase, DisplayMetadata {
  readonly kind: "signal";
  /** Of its arguments, each. */
  readonly metadata?: ValueMetadata;
  /** One type an argument; nothing where they are not known. */
  readonly argumentTypes: readonly ValueType[] | undefined;
}

/** What a service promises of one member. */
export type MemberContract = MethodContract | PropertyContract | SignalContract;

/** What a service promises: the one description that is served, compared, proxied and printed. */
export class ServiceContract {
  readonly methods: ReadonlyMap<string, MethodContract>;
  readonly properties: ReadonlyMap<string, PropertyContract>;
  readonly signals: ReadonlyMap<string, SignalContract>;
  /** Every member by its name in TypeScript. */
  readonly members: ReadonlyMap<string, MemberContract>;

  /**
   * @param name - What people call the contract: its class name.
   * @param type - The service type that is announced, such as `camera`.
   * @param experiments - The methods that take part in experiments; clients do not see them.
   */
  constructor(
    readonly name: string,
    readonly type: string,
    members: readonly MemberContract[],
    readonly experiments: readonly ExperimentMethod[] = [],
  ) {
    this.members = new Map(members.map((member) => [member.member, member]));
    this.methods = byWireName(members, "method");
    this.properties = byWireName(members, "property");
    this.signals = byWireName(members, "signal");
  }
}

function byWireName<K extends MemberContract["kind"]>(
  members: readonly MemberContract[],
  kind: K,
): ReadonlyMap<string, Extract<MemberContract, { kind: K }>> {
  const ofKind = members.filter(
    (member): member is Extract<MemberContract, { kind: K }> => member.kind === kind,
  );
  return new Map(ofKind.map((member) => [member.wireName, member]));
}
