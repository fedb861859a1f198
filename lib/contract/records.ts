import "reflect-metadata";
import { ContractError } from "../errors";
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

export interface MethodRecord extends MemberOptions {
  readonly kind: "method";
  readonly result: "json" | "buffer";
  readonly timeout?: number | null;
  readonly concurrent?: boolean;
}

export interface PropertyRecord extends MemberOptions {
  readonly kind: "property";
  readonly notify?: string;
  readonly autoNotify?: boolean;
  readonly readonly?: boolean;
  readonly nullable?: boolean;
  readonly type?: TypeSpec;
}

export interface SignalRecord extends MemberOptions {
  readonly kind: "signal";
  readonly argumentTypes: readonly TypeSpec[];
}

/** What a decorator on a member says. */
export type MemberRecord = MethodRecord | PropertyRecord | SignalRecord;

/** What `@Arg` says of a parameter. */
export interface ArgRecord {
  readonly name: string;
  readonly type?: TypeSpec;
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

/** Everything that decorators said of one class, not of the classes it extends. */
export class ClassRecords {
  service: ServiceRecord | undefined;
  readonly members = new Map<string, MemberRecord>();
  /** Method name → parameter index → what was said. */
  readonly args = new Map<string, Map<number, ArgRecord>>();

  /** Method name → what was said, an entry for each decorator. */
  readonly experiments = new Map<string, readonly ExperimentRecord[]>();

  addArg(member: string, index: number, arg: ArgRecord): void {
    const ofMethod = this.args.get(member) ?? new Map<number, ArgRecord>();
    this.args.set(member, ofMethod.set(index, arg));
  }

  addExperiment(member: string, events: number, options: ExperimentMethodOptions): void {
    this.experiments.set(member, [...(this.experiments.get(member) ?? []), { events, ...options }]);
  }
}

const RECORDS = Symbol("rigwire:records");

/**
 * Where the decorators on a class record.
 *
 * @param target - What the compiler hands to a decorator: the prototype for members, the class for `@RpcService`.
 * @throws ContractError where the decorator stands on a static member, or the compiler runs the other decorator
 *   proposal (`experimentalDecorators` is off).
 */
export function recordsOf(target: object, member?: string | symbol): ClassRecords {
  // The other proposal hands a context object where this one hands the member's name.
  if (typeof (member as unknown) === "object") {
    throw new ContractError(
      'rigwire\'s decorators need "experimentalDecorators" and "emitDecoratorMetadata" in tsconfig.json',
    );
  }
  if (typeof member === "symbol") {
    throw new ContractError(
      `${classNameOf(target)}: ${String(member)} is named by a symbol, which has no name on the wire`,
    );
  }
  if (member !== undefined && typeof target === "function") {
    throw new ContractError(`${target.name}.${member} is static: only members of an instance can be remote`);
  }
  const prototype = (typeof target === "function" ? target.prototype : target) as object;
  const existing = ownRecords(prototype);
  if (existing !== undefined) return existing;
  const records = new ClassRecords();
  Reflect.defineMetadata(RECORDS, records, prototype);
  return records;
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

/** The type that the compiler wrote down for a field or accessor. */
export function compiledType(prototype: object, member: string): unknown {
  return Reflect.getMetadata("design:type", prototype, member) as unknown;
}

/** The types that the compiler wrote down for a method's parameters; nothing where it wrote none. */
export function compiledParameterTypes(prototype: object, member: string): readonly unknown[] | undefined {
  const types: unknown = Reflect.getMetadata("design:paramtypes", prototype, member);
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
  return Reflect.getOwnMetadata(RECORDS, prototype) as ClassRecords | undefined;
}

function classNameOf(target: object): string {
  return typeof target === "function" ? target.name : target.constructor.name;
}

function prototypeOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null;
}
