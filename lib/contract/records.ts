import "reflect-metadata";
import { ContractError } from "../errors";
import { checkMember, METADATA, type ClassContext, type DecoratedMember } from "./decorated-member";
import { type DisplayMetadata, type ValueMetadata } from "./value-metadata";
import { type ValueRules } from "./value-rules";
import { type Constructor, type TypeSpec } from "./value-type";

/** How member names become names on the wire where the author gives none. */
export type Naming = "as-is" | "snake_case";

/** What `@RpcService` says of a class. */
export interface ServiceRecord {
  readonly type?: string;
  readonly naming?: Naming;
}

interface MemberOptions {
  readonly wireName?: string;
  readonly description?: string;
}

/** The longest silence that is waited through: each progress renews the time. */
export interface IdleTimeout {
  /** Milliseconds without progress. */
  readonly idle: number;
}

/** What becomes of a call that runs when its caller is gone. */
export type OnCallerLost = "abort" | "continue";

/** What comes back of a method: JSON, bytes with a JSON info object, or items that its reader pulls. */
export type MethodResult = "json" | "buffer" | "stream";

export interface MethodRecord extends MemberOptions, ValueMetadata {
  readonly kind: "method";
  readonly result: MethodResult;
  readonly returns?: TypeSpec;
  readonly timeout?: number | IdleTimeout | null;
  readonly concurrent?: boolean;
  readonly interrupts?: boolean;
  readonly onCallerLost?: OnCallerLost;
  /** Where the key is there, the type was written out; undefined is one that was not there yet. */
  readonly progress?: TypeSpec | undefined;
  readonly progressRange?: readonly [from: number, to: number];
  /** Of a stream: the type of its items; undefined is one that was not there yet. */
  readonly items?: TypeSpec | undefined;
  /** Of a stream: what may wait of an Observable, in bytes. */
  readonly bufferBytes?: number;
}

export interface PropertyRecord extends MemberOptions, ValueRules, ValueMetadata, DisplayMetadata {
  readonly kind: "property";
  readonly notify?: string;
  readonly autoNotify?: boolean;
  readonly maxAgeMs?: number;
  readonly readonly?: boolean;
  readonly nullable?: boolean;
  readonly persist?: boolean;
  readonly type?: TypeSpec;
}

export interface SignalRecord extends MemberOptions, ValueMetadata, DisplayMetadata {
  readonly kind: "signal";
  readonly argumentTypes: readonly TypeSpec[];
}

/** What a decorator on a member says. */
export type MemberRecord = MethodRecord | PropertyRecord | SignalRecord;

/** What `@Arg` says of a parameter. */
export interface ArgRecord extends ValueRules, ValueMetadata {
  readonly name: string;
  readonly description?: string;
  /** Where the key is there, the type was written out; undefined is one that was not there yet. */
  readonly type?: TypeSpec | undefined;
  readonly optional?: boolean;
  readonly nullable?: boolean;
  readonly rest?: boolean;
  readonly keyword?: boolean;
}

/** How a method takes part in experiments. */
export interface ExperimentMethodOptions {
  /** Runs at once instead of in its turn with the device's other methods. */
  readonly concurrent?: boolean;
}

/** What `@OnExperiment` says of a method. */
export interface ExperimentRecord extends ExperimentMethodOptions {
  /** Codes of events, combined by bitwise or. */
  readonly events: number;
}

/** A method that takes part in experiments. */
export interface ExperimentMethod extends ExperimentRecord {
  /** Its name in TypeScript. */
  readonly member: string;
}

/** What `@OnExperiment` said of the methods of one class. It brings what makes use of it: most classes need neither. */
export interface ExperimentRecords {
  /** Method name → what was said, an entry for each decorator. */
  readonly said: ReadonlyMap<string, readonly ExperimentRecord[]>;
  /** The methods of a class that take part, with all it inherits. */
  methodsOf(type: Constructor<object>): readonly ExperimentMethod[];
}

/** Everything that decorators said of one class, not of the classes it extends. */
export class ClassRecords {
  service: ServiceRecord | undefined;
  readonly members = new Map<string, MemberRecord>();
  /** Method name → parameter index → what was said. */
  readonly args = new Map<string, Map<number, ArgRecord>>();

  experiments: ExperimentRecords | undefined;

  addArg(member: string, index: number, arg: ArgRecord): void {
    const ofMethod = this.args.get(member) ?? new Map<number, ArgRecord>();
    this.args.set(member, ofMethod.set(index, arg));
  }
}

const RECORDS = Symbol("rigwire:records");

/**
 * Where the decorators on a class record.
 *
 * @param target - What the compiler hands to a decorator: the prototype for members, the class for `@RpcService`; for
 *   standard decorators what is decorated, which tells nothing.
 * @param member - The member's name; the context of the member or class where the compiler runs standard decorators.
 * @throws ContractError where the decorator stands on a static, private or nameless member.
 */
export function recordsOf(target: unknown, member?: DecoratedMember | ClassContext): ClassRecords {
  if (typeof member === "object") {
    if (member.kind !== "class") checkMember("a decorated class", member);
    return recordsIn(member.metadata);
  }
  if (typeof target !== "object" && typeof target !== "function") throw misplaced();
  if (target === null) throw misplaced();
  if (member !== undefined) {
    checkMember(classNameOf(target), member);
    if (typeof target === "function") {
      const name = String(member);
      throw new ContractError(`${target.name}.${name} is static: only members of an instance can be remote`);
    }
  }
  const prototype = (typeof target === "function" ? target.prototype : target) as object;
  const existing = ownRecords(prototype);
  if (existing !== undefined) return existing;
  const records = new ClassRecords();
  Reflect.defineMetadata(RECORDS, records, prototype);
  return records;
}

/** The records of a class whose decorators are standard ones: its metadata is all that they have in common. */
function recordsIn(metadata: object | undefined): ClassRecords {
  if (metadata === undefined) {
    throw new ContractError(
      "the compiler gives decorators no metadata: import rigwire before the class, or set " +
        '"experimentalDecorators" and "emitDecoratorMetadata" in tsconfig.json',
    );
  }
  const existing = Object.getOwnPropertyDescriptor(metadata, RECORDS)?.value as ClassRecords | undefined;
  if (existing !== undefined) return existing;
  const records = new ClassRecords();
  Object.defineProperty(metadata, RECORDS, { value: records });
  return records;
}

function misplaced(): ContractError {
  return new ContractError("a decorator of rigwire stands on a class or on one of its members");
}

/** The records of a class and of all it extends, the most derived first; each with the prototype it belongs to. */
export function recordsAlongChain(type: Constructor<object>): { prototype: object; records: ClassRecords }[] {
  const chain: { prototype: object; records: ClassRecords }[] = [];
  for (let prototype = type.prototype as object | null; prototype; prototype = prototypeOf(prototype)) {
    const records = ownRecords(prototype);
    if (records !== undefined) chain.push({ prototype, records });
  }
  return chain;
}

/** Whether the compiler wrote down a type for a field or accessor of this class; it may be one that was not there yet. */
export function hasCompiledType(prototype: object, member: string): boolean {
  return Reflect.hasOwnMetadata("design:type", prototype, member);
}

/** The type that the compiler wrote down for a field or accessor of this class. */
export function compiledType(prototype: object, member: string): unknown {
  return Reflect.getOwnMetadata("design:type", prototype, member) as unknown;
}

/** The types that the compiler wrote down for the parameters of this class's method; nothing where it wrote none. */
export function compiledParameterTypes(prototype: object, member: string): readonly unknown[] | undefined {
  const types: unknown = Reflect.getOwnMetadata("design:paramtypes", prototype, member);
  return Array.isArray(types) ? types : undefined;
}

/** The property as it stands on the prototype or above: an accessor or a method; nothing for a field. */
export function inheritedDescriptor(prototype: object, member: string): PropertyDescriptor | undefined {
  for (let holder: object | null = prototype; holder; holder = prototypeOf(holder)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, member);
    if (descriptor !== undefined) return descriptor;
  }
  return undefined;
}

function ownRecords(prototype: object): ClassRecords | undefined {
  const records = Reflect.getOwnMetadata(RECORDS, prototype) as ClassRecords | undefined;
  return records ?? standardRecords(prototype);
}

function standardRecords(prototype: object): ClassRecords | undefined {
  const type: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof type !== "function") return undefined;
  const metadata: unknown = Object.getOwnPropertyDescriptor(type, METADATA)?.value;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  return Object.getOwnPropertyDescriptor(metadata, RECORDS)?.value as ClassRecords | undefined;
}

function classNameOf(target: object): string {
  return typeof target === "function" ? target.name : target.constructor.name;
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}
