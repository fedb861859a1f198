import {
  type MethodContract,
  type PropertyContract,
  type SignalContract,
} from "../../../contract/service-contract";
import { type JsonSchema } from "../../../contract/rule-keywords";
import { type MemberDescription, type ParameterDescription } from "../../../wire/member-description";
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

/** A method's arguments as an object by their names; of a method that tells none, any object. A rest parameter is a list. */
export function argumentsSchema({ told }: Described<MethodContract>): JsonSchema {
  return told.parameters === undefined ? { type: "object" } : objectOf(told.parameters);
}

/** The arguments of a method that callers may send by their names. */
export function namedArgumentsSchema({ told }: Described<MethodContract>): JsonSchema {
  if (told.parameters === undefined) return { type: "object" };
  return objectOf(told.parameters.filter(({ rest }) => rest !== true));
}

function objectOf(parameters: readonly ParameterDescription[]): JsonSchema {
  const required = parameters.filter(({ optional }) => !optional).map(({ name }) => name);
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map((parameter) => [parameter.name, schemaOf(parameter)])),
    ...(required.length > 0 && { required }),
  };
}

function schemaOf({ schema = ANYTHING, rest }: ParameterDescription): JsonSchema {
  return rest === true ? { type: "array", items: schema } : schema;
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

/** An item of a stream. */
export function itemSchema({ told }: Described<MethodContract>): JsonSchema {
  return told.streamSchema ?? ANYTHING;
}

/** A signal's arguments: each in its place. */
export function signalSchemas({ told }: Described<SignalContract>): readonly JsonSchema[] {
  return told.schemas ?? [ANYTHING];
}
