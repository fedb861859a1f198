import { ContractError } from "../errors";
import { isGeneratorFunction } from "./generators";
import {
  type ClassRecords,
  type ExperimentMethod,
  type ExperimentRecord,
  inheritedDescriptor,
  recordsAlongChain,
} from "./records";
import { type Constructor } from "./value-type";

/** Records that a method takes part in experiments. */
export function addExperiment(records: ClassRecords, member: string, record: ExperimentRecord): void {
  const said = new Map(records.experiments?.said);
  said.set(member, [...(said.get(member) ?? []), record]);
  records.experiments = { said, methodsOf: experimentMethodsOf };
}

/**
 * The methods of a class that take part in experiments, with all it inherits. A method that overrides a decorated one
 * takes part as that does, unless it is decorated itself.
 *
 * @throws ContractError if two methods answer one event, or a decorated member is no method, or a generator.
 */
function experimentMethodsOf(type: Constructor<object>): readonly ExperimentMethod[] {
  const ofMember = new Map<string, readonly ExperimentRecord[]>();
  for (const { records } of recordsAlongChain(type).reverse()) {
    for (const [member, said] of records.experiments?.said ?? []) ofMember.set(member, said);
  }
  const methods = [...ofMember].flatMap(([member, said]) => said.map((record) => ({ member, ...record })));
  for (const { member } of methods) requireMethod(type, member);
  refuseSharedEvents(type, methods);
  return methods;
}

function requireMethod(type: Constructor<object>, member: string): void {
  const descriptor = inheritedDescriptor(type.prototype as object, member);
  if (typeof descriptor?.value !== "function") {
    throw new ContractError(`${type.name}.${member}: @OnExperiment stands on methods only`, { member });
  }
  if (!isGeneratorFunction(descriptor.value)) return;
  throw new ContractError(
    `${type.name}.${member}: takes part in experiments, where nobody hears what it yields: let a method that is no ` +
      "generator take part",
    { member },
  );
}

/** A message has one answer. */
function refuseSharedEvents(type: Constructor<object>, methods: readonly ExperimentMethod[]): void {
  methods.forEach(({ member, events }, index) => {
    const other = methods.slice(0, index).find((earlier) => (earlier.events & events) !== 0);
    if (other === undefined) return;
    throw new ContractError(
      `${type.name}.${member}: takes part in an event that ${other.member} takes part in: one method answers, ` +
        "so call one from the other, or override it under its name",
      { member },
    );
  });
}
