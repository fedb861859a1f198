import {
  type MethodContract,
  type PropertyContract,
  type SignalContract,
} from "../../../contract/service-contract";
import { type JsonSchema } from "../../../contract/rule-keywords";
import { type MemberDescription } from "../../../wire/inventory";
import { type ToldContract } from "../told-contract";

/** A schema of which nothing is known. */
const ANYTHING: JsonSchema = {};

/** A member of a contract with what is told of it. */
export interface Described<Contract> {
  readonly contract: Contract;
  readonly wireName: string;
  /** Empty where an original tells nothing. */
  readonly told: Partial<MemberDescription>;
}

/** The members of a contract by their kind, for exports. */
export function describedMembers({ contract, inventory }: ToldContract) {
  const described = <Contract extends { readonly wireName: string }>(
    members: ReadonlyMap<string, Contract>,
  ): readonly Described<Contract>[] =>
    [...members.values()].map((member) => ({
      contract: member,
      wireName: member.wireName,
      told: inventory.rigwire?.members.get(member.wireName) ?? {},
    }));
  return {
    methods: described<MethodContract>(contract.methods),
    properties: described<PropertyContract>(contract.properties),
    signals: described<SignalContract>(contract.signals),
  };
}

/** The classes that schemas refer to, by name. */
export function definitionsOf({ inventory }: ToldContract): Readonly<Record<string, JsonSchema>> {
  return inventory.rigwire?.definitions ?? {};
}

/** A method's arguments as an object by their names; of a method that tells none, any object. */
export function argumentsSchema({ told }: Described<MethodContract>): JsonSchema {
  const { parameters } = told;
  if (parameters === undefined) return { type: "object" };
  const required = parameters.filter(({ optional }) => !optional).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema ?? ANYTHING])),
    ...(required.length > 0 && { required }),
  };
}

/** Whether a method is called once and answers once; a stream is opened, read and closed. */
export function isCalled({ told }: Described<MethodContract>): boolean {
  return told.stream === undefined;
}

/** A method's result; the info object of one that gives bytes. */
export function resultSchema({ contract, told }: Described<MethodContract>): JsonSchema {
  if (told.returnsSchema !== undefined) return told.returnsSchema;
  return contract.result === "buffer" ? { type: "object" } : ANYTHING;
}

/** A signal's arguments: each in its place. */
export function signalSchemas({ told }: Described<SignalContract>): readonly JsonSchema[] {
  return told.schemas ?? [ANYTHING];
}
