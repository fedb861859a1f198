import { ContractError, messageOf } from "../errors";
import { given } from "./given";
import { compiledParameterTypes, inheritedDescriptor, type ArgRecord, type ClassRecords } from "./records";
import { type ParameterContract } from "./service-contract";
import { integerDeclaredAs } from "./integers";
import { metadataOf } from "./value-metadata";
import { ruledType, valueCheck } from "./value-rules";
import { Any, valueType, valueTypeFromCompiler, type ValueType } from "./value-type";
import { writtenParameters } from "./written-parameters";

/** What one class of a chain says of a method: by `@Arg`, and by what the compiler passes on. */
interface Saying {
  readonly args: ReadonlyMap<number, ArgRecord>;
  readonly compiled: readonly unknown[] | undefined;
}

/**
 * The parameters of a method. What the most derived class says counts; what it does not say, those it extends do. Without
 * a compiler that passes types on, the method's source tells how many there are, and `@Arg` what they are.
 *
 * @param chain - The records of the class and of all it extends, the most derived first.
 * @returns Nothing where neither is to be had.
 * @throws ContractError naming the parameter whose type is not there yet or cannot travel.
 */
export function parametersOf(
  chain: readonly { readonly prototype: object; readonly records: ClassRecords }[],
  prototype: object,
  member: string,
): ParameterContract[] | undefined {
  const sayings = chain.map(({ prototype: holder, records }) => ({
    args: records.args.get(member) ?? new Map<number, ArgRecord>(),
    compiled: compiledParameterTypes(holder, member),
  }));
  const compiled = sayings.find((saying) => saying.compiled !== undefined)?.compiled;
  const implementation: unknown = inheritedDescriptor(prototype, member)?.value;
  const said = Math.max(
    compiled?.length ?? 0,
    ...sayings.flatMap(({ args }) => [...args.keys()].map((index) => index + 1)),
  );
  const written = described(writtenParameters(implementation), said);
  const required = typeof implementation === "function" ? implementation.length : undefined;
  if (written === undefined && compiled === undefined && said === 0 && required === undefined)
    return undefined;
  const count = Math.max(said, written?.length ?? required ?? 0);
  return Array.from({ length: count }, (_, index): ParameterContract => {
    const arg = argOf(sayings, index);
    const own = written?.[index];
    const type = naming(arg, index, () => ruledType(typeOf(sayings, index), arg));
    const isRest = arg.rest ?? (own?.isRest === true && index === count - 1);
    const isOptional = own?.isOptional ?? (written === undefined && index >= (required ?? count));
    const check = valueCheck(arg.name ?? `argument ${index + 1}`, arg);
    const metadata = naming(arg, index, () => metadataOf(arg));
    return {
      name: arg.name,
      type: type ?? Any,
      optional: arg.optional ?? (isRest || isOptional),
      nullable: arg.nullable ?? false,
      rest: isRest,
      ...(arg.keyword === true && { keyword: true }),
      ...(type === undefined && check === undefined && { isUnchecked: true }),
      ...given({ check, metadata, description: arg.description }),
    };
  });
}

/** A decorator that wraps a method takes `...args`, whatever the method takes. */
function described(written: ReturnType<typeof writtenParameters>, said: number) {
  const isWrapper = written?.length === 1 && written[0]?.isRest === true && said > 1;
  return isWrapper ? Array.from({ length: said }, () => ({ isOptional: false, isRest: false })) : written;
}

/** What is said of a parameter; limits and rules of a class hold for the classes that extend it. */
function argOf(sayings: readonly Saying[], index: number): Partial<ArgRecord> {
  const records = sayings.flatMap(({ args }) => args.get(index) ?? []);
  const [own] = records;
  const ofAll = records.reduceRight<Partial<ArgRecord>>(
    (inherited, { choices, min, max, rules, unit, precision, warn, description }) => ({
      ...inherited,
      ...given({ choices, min, max, rules, unit, precision, warn, description }),
    }),
    {},
  );
  return { ...ofAll, ...own };
}

/** Of the most derived class that knows it; nothing where none does. */
function typeOf(sayings: readonly Saying[], index: number): ValueType | undefined {
  for (const { args, compiled } of sayings) {
    const arg = args.get(index);
    // Written out, also where it is undefined: `{ type: Step }` in a circle of imports.
    if (arg !== undefined && "type" in arg) return integerDeclaredAs(valueType(arg.type), compiled?.[index]);
    if (compiled === undefined || index >= compiled.length) continue;
    const known = valueTypeFromCompiler(compiled[index]);
    if (known !== undefined) return known;
  }
  return undefined;
}

function naming<T>(arg: Partial<ArgRecord>, index: number, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new ContractError(
      `${arg.name ?? `argument ${index + 1}`}: ${messageOf(error)}`,
      {},
      { cause: error },
    );
  }
}
