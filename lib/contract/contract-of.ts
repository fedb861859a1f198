import { ContractError, messageOf } from "../errors";
import { isGeneratorFunction } from "./generators";
import { given } from "./given";
import { integerDeclaredAs, integerOfAnySize } from "./integers";
import { maxAge } from "./max-age";
import { parametersOf } from "./parameters";
import {
  compiledType,
  hasCompiledType,
  inheritedDescriptor,
  recordsAlongChain,
  type MemberRecord,
  type MethodRecord,
  type Naming,
  type PropertyRecord,
  type ServiceRecord,
  type SignalRecord,
} from "./records";
import {
  DEFAULT_METHOD_TIMEOUT_MS,
  ServiceContract,
  type MemberContract,
  type MethodContract,
  type PropertyContract,
  type SignalContract,
} from "./service-contract";
import { rulesOn } from "./constraints";
import { metadataOf } from "./value-metadata";
import { guardOf } from "./property-guard";
import { ruledType, valueCheck } from "./value-rules";
import { Any, valueType, valueTypeFromCompiler, type Constructor, type ValueType } from "./value-type";

const contracts = new WeakMap<Constructor<object>, ServiceContract>();

/**
 * The contract that a decorated class promises, with all it inherits. Made once per class.
 *
 * @throws ContractError naming class and member: no `@RpcService`, a notify signal that does not exist, two members
 *   with one wire name, a timeout that is no time, a type that cannot travel, two methods for one event of experiments.
 */
export function contractOf(type: Constructor<object>): ServiceContract {
  const known = contracts.get(type);
  if (known !== undefined) return known;
  const contract = new ContractBuilder(type).build();
  contracts.set(type, contract);
  return contract;
}

class ContractBuilder {
  private readonly chain;
  private readonly service: ServiceRecord;
  private readonly prototype: object;

  constructor(private readonly type: Constructor<object>) {
    this.chain = recordsAlongChain(type);
    this.prototype = type.prototype as object;
    this.service = this.mergeServiceRecords();
  }

  build(): ServiceContract {
    const members = [...this.memberNames()].map((member) => this.member(member));
    this.refuseSharedWireNames(members);
    this.refuseMissingSignals(members);
    const type = this.service.type ?? this.defaultServiceType();
    const experiments = this.chain.find(({ records }) => records.experiments)?.records.experiments;
    return new ServiceContract(this.type.name, type, members, experiments?.methodsOf(this.type));
  }

  private mergeServiceRecords(): ServiceRecord {
    const services = this.chain.flatMap(({ records }) => records.service ?? []);
    if (services.length === 0) {
      throw new ContractError(`${this.type.name} is not a service: put @RpcService() on the class`);
    }
    return services.reduceRight((inherited, own) => ({ ...inherited, ...own }), {});
  }

  /** After the class that declares the service: what only implements a contract is of the contract's type. */
  private defaultServiceType(): string {
    const declaring = this.chain.find(({ records }) => records.service !== undefined)?.prototype.constructor;
    return kebabCase(declaring?.name ?? this.type.name);
  }

  /** Base classes first, each member where it was first declared. */
  private memberNames(): Set<string> {
    const baseFirst = [...this.chain].reverse();
    return new Set(baseFirst.flatMap(({ records }) => [...records.members.keys()]));
  }

  private member(member: string): MemberContract {
    const holder = this.chain.find(({ records }) => records.members.has(member));
    const record = holder?.records.members.get(member);
    if (holder === undefined || record === undefined) throw this.mistake(member, "is not decorated");
    try {
      switch (record.kind) {
        case "method":
          return this.method(member, record);
        case "property":
          return this.property(member, record);
        case "signal":
          return this.signal(member, record);
      }
    } catch (error) {
      if (error instanceof ContractError && error.member === undefined)
        throw this.mistake(member, messageOf(error));
      throw error;
    }
  }

  private method(member: string, record: MethodRecord): MethodContract {
    const progress = this.progress(member, record);
    return {
      kind: "method",
      ...this.named(member, record),
      result: record.result,
      ...methodTimes(record, progress !== undefined),
      progress,
      ...progressRange(record, progress),
      concurrent: this.isConcurrent(record),
      interrupts: record.interrupts ?? false,
      onCallerLost: record.onCallerLost ?? "abort",
      parameters: parametersOf(this.chain, this.prototype, member),
      ...this.returned(record),
      ...streamed(record),
    };
  }

  private returned(record: MethodRecord): Pick<MethodContract, "returns" | "metadata"> {
    const returns = record.returns === undefined ? undefined : valueType(record.returns);
    return given({ returns, metadata: metadataOf(record) });
  }

  /** What a generator yields is its progress, whether or not the author says of which type. */
  private progress(member: string, record: MethodRecord): ValueType | undefined {
    if (record.result === "stream") return undefined;
    if ("progress" in record) return integerOfAnySize(valueType(record.progress));
    return isGeneratorFunction(inheritedDescriptor(this.prototype, member)?.value) ? Any : undefined;
  }

  private isConcurrent(record: MethodRecord): boolean {
    const { concurrent, interrupts = false } = record;
    if (interrupts && concurrent === false) {
      throw new ContractError("a method that interrupts runs at once: leave out concurrent: false");
    }
    // A stream lasts: nothing waits for its end.
    return interrupts || (concurrent ?? record.result === "stream");
  }

  private property(member: string, record: PropertyRecord): PropertyContract {
    const descriptor = inheritedDescriptor(this.prototype, member);
    const hasNoSetter = descriptor?.get !== undefined && descriptor.set === undefined;
    const isReadonly = record.readonly ?? hasNoSetter;
    if (record.persist === true && isReadonly) {
      throw new ContractError(
        "persist keeps what callers set, and a property that is read-only cannot be set",
      );
    }
    const type = ruledType(this.typeOf(member, record), record);
    const constraints = rulesOn(this.type, member);
    const check = valueCheck(member, record);
    const guard = guardOf(member, check, constraints);
    return {
      kind: "property",
      ...this.named(member, record),
      readonly: isReadonly,
      type: type ?? Any,
      nullable: record.nullable ?? false,
      notify: record.notify,
      autoNotify: record.notify !== undefined && (record.autoNotify ?? true),
      ...maxAge(record, hasNoSetter),
      guard,
      ...(check !== undefined && { check }),
      ...(constraints.length > 0 && { constraints }),
      ...displayed(record),
      ...(record.persist === true && { persist: true }),
      ...(type === undefined &&
        guard === undefined &&
        !isReadonly &&
        !this.isTyped(member) && { isUnchecked: true }),
    };
  }

  private signal(member: string, record: SignalRecord): SignalContract {
    return {
      kind: "signal",
      ...this.named(member, record),
      argumentTypes: record.argumentTypes.map((type) => integerOfAnySize(valueType(type))),
      ...displayed(record),
    };
  }

  /** Of the most derived class that knows it; nothing where none does. */
  private typeOf(member: string, record: PropertyRecord): ValueType | undefined {
    if ("type" in record) {
      const compiledBy = this.chain.find(({ prototype }) => hasCompiledType(prototype, member));
      const compiled = compiledBy === undefined ? undefined : compiledType(compiledBy.prototype, member);
      return integerDeclaredAs(valueType(record.type), compiled);
    }
    for (const { prototype } of this.chain) {
      if (!hasCompiledType(prototype, member)) continue;
      const known = valueTypeFromCompiler(compiledType(prototype, member));
      if (known !== undefined) return known;
    }
    return undefined;
  }

  /** Whether a compiler that passes types on saw the member, whatever it made of its type. */
  private isTyped(member: string): boolean {
    return this.chain.some(({ prototype }) => hasCompiledType(prototype, member));
  }

  private named(member: string, { wireName, description }: MemberRecord) {
    const name = wireName ?? WIRE_NAMES[this.service.naming ?? "as-is"](member);
    if (name === "") throw new ContractError("the wire name is empty");
    if (name.startsWith("rigwire:"))
      throw new ContractError(`the wire name "${name}" begins with "rigwire:"`);
    return { member, wireName: name, description };
  }

  /** One name, one meaning: a method, property or signal of the same wire name could not be told apart by people. */
  private refuseSharedWireNames(members: readonly MemberContract[]): void {
    const owners = new Map<string, string>();
    for (const { member, wireName } of members) {
      const owner = owners.get(wireName);
      if (owner !== undefined) {
        throw this.mistake(
          member,
          `has the wire name "${wireName}", and so has ${owner}: give one of them another wireName`,
        );
      }
      owners.set(wireName, member);
    }
  }

  private refuseMissingSignals(members: readonly MemberContract[]): void {
    const signals = members.filter(({ kind }) => kind === "signal").map(({ member }) => member);
    for (const member of members) {
      if (member.kind !== "property" || member.notify === undefined || signals.includes(member.notify))
        continue;
      const choices = signals.length > 0 ? `its signals are ${signals.join(", ")}` : "it has no signals";
      throw this.mistake(
        member.member,
        `notifies through "${member.notify}", which is no @Signal of the class: ${choices}`,
      );
    }
  }

  private mistake(member: string, problem: string): ContractError {
    return new ContractError(`${this.type.name}.${member}: ${problem}`, { member });
  }
}

/** What may wait of an Observable where its author says nothing, in bytes. */
const DEFAULT_BUFFER_BYTES = 4 * 1024 * 1024;

function streamed(record: MethodRecord): Pick<MethodContract, "stream"> {
  if (record.result !== "stream") return {};
  const { items, bufferBytes = DEFAULT_BUFFER_BYTES } = record;
  if (!(bufferBytes > 0)) throw new ContractError("bufferBytes must be a positive number of bytes");
  return { stream: { items: integerOfAnySize(valueType(items)), bufferBytes } };
}

/** How long a method is waited for. */
function methodTimes(
  { timeout = DEFAULT_METHOD_TIMEOUT_MS }: MethodRecord,
  hasProgress: boolean,
): Pick<MethodContract, "timeoutMs" | "idleMs"> {
  const isIdle = typeof timeout === "object" && timeout !== null;
  const ms = isIdle ? timeout.idle : timeout;
  if (ms !== null && !(Number.isFinite(ms) && ms > 0)) {
    throw new ContractError(
      "the timeout must be a positive number of milliseconds, { idle: milliseconds } without progress, or null to " +
        "wait for ever",
    );
  }
  if (!isIdle) return { timeoutMs: ms, idleMs: undefined };
  if (ms === null || !hasProgress) {
    throw new ContractError(
      "a timeout of { idle } needs progress that renews it: make the method an async generator, or declare what it " +
        "tells with progress: TYPE",
    );
  }
  return { timeoutMs: null, idleMs: ms };
}

/** @throws ContractError where the progress is no number, or the range has no extent. */
function progressRange(
  { progressRange: range }: MethodRecord,
  progress: ValueType | undefined,
): Pick<MethodContract, "progressRange"> {
  if (range === undefined) return {};
  if (progress?.kind !== "number" && progress?.kind !== "integer") {
    throw new ContractError(
      "a progressRange is for progress that is a number: declare progress: Number as well",
    );
  }
  const [from, to] = range;
  if (!Number.isFinite(from) || !Number.isFinite(to) || from >= to) {
    throw new ContractError("the progressRange must be two finite numbers, the lower one first: [0, 100]");
  }
  return { progressRange: [from, to] };
}

function displayed(record: PropertyRecord | SignalRecord) {
  return given({ metadata: metadataOf(record), show: record.show, record: record.record });
}

const WIRE_NAMES: Readonly<Record<Naming, (member: string) => string>> = {
  "as-is": (member) => member,
  snake_case: (member) => separateWords(member, "_"),
};

function kebabCase(name: string): string {
  return separateWords(name, "-");
}

/** `getImage` → `get_image`, `videoURLPath` → `video_url_path`. */
function separateWords(name: string, separator: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, `$1${separator}$2`)
    .replace(/([A-Z]+)([A-Z][a-z])/g, `$1${separator}$2`)
    .toLowerCase();
}
