import { ENUM_NAMES, type JsonSchema } from "../../../../contract/rule-keywords";
import { isObject } from "../../../../wire/message";
import { pascalCase } from "../../identifiers";
import { DEEPEST } from "../../schema-type-name";
import { pythonValue } from "./python-literals";
import { PythonNames } from "./python-names";

type NamedChoice = readonly [name: string, value: string | number];

interface PythonEnum {
  readonly name: string;
  readonly members: readonly NamedChoice[];
  readonly schema: JsonSchema;
}

/** A member, parameter or field, whose name an enum gets that the device gives none. */
export type NamedSchema = readonly [name: string, schema: unknown];

/**
 * The enums of a contract as classes of Python. The device tells their members, and not what they are called: each gets
 * the name of the first that takes its values.
 */
export class PythonEnums {
  /** By what {@link enumKey} says of a schema. */
  readonly names: ReadonlyMap<string, string>;
  private readonly enums = new Map<string, PythonEnum>();

  constructor(schemas: readonly NamedSchema[], names: PythonNames) {
    for (const [name, schema] of schemas) this.find(name, schema, names, 0);
    this.names = new Map([...this.enums].map(([key, { name }]) => [key, name]));
  }

  lines(): readonly string[] {
    return [...this.enums.values()].flatMap(({ name, members }) => [
      `class ${name}(${baseOf(members.map(([, value]) => value))}):`,
      ...members.map(([member, value]) => `    ${member} = ${pythonValue(value)}`),
      "",
      "",
    ]);
  }

  /** The entries of the contract: what of a schema says that it is the enum, and its class. */
  entries(): readonly string[] {
    return [...this.enums.values()].map(({ name, schema }) => `(${pythonValue(schema)}, ${name}),`);
  }

  private find(wanted: string, schema: unknown, names: PythonNames, depth: number): void {
    if (depth > DEEPEST) return;
    if (Array.isArray(schema)) {
      for (const one of schema) this.find(wanted, one, names, depth + 1);
      return;
    }
    if (!isObject(schema)) return;
    const told = namedChoices(schema);
    if (told === undefined) {
      const { items, prefixItems, anyOf, additionalProperties } = schema;
      for (const one of [items, prefixItems, anyOf, additionalProperties])
        this.find(wanted, one, names, depth + 1);
      return;
    }
    const key = keyOf(told);
    if (this.enums.has(key)) return;
    const own = new PythonNames(["name", "value"]);
    this.enums.set(key, {
      name: names.take(pascalCase(wanted), "Choice"),
      members: told.map(([name, value]) => [own.take(name, "member"), value]),
      schema: { enum: schema.enum, [ENUM_NAMES]: schema[ENUM_NAMES] },
    });
  }
}

/** What two schemas of the same enum have in common; nothing for one that is none. */
export function enumKey(schema: JsonSchema): string | undefined {
  const told = namedChoices(schema);
  return told === undefined ? undefined : keyOf(told);
}

function keyOf(told: readonly NamedChoice[]): string {
  return pythonValue(told);
}

function namedChoices(schema: JsonSchema): readonly NamedChoice[] | undefined {
  const { enum: values, [ENUM_NAMES]: names } = schema;
  if (!Array.isArray(values) || !Array.isArray(names) || values.length !== names.length) return undefined;
  const told = values.map((value: unknown, index) => [names[index] as unknown, value] as const);
  return told.every(isNamed) && told.length > 0 ? told : undefined;
}

function isNamed(one: readonly [unknown, unknown]): one is NamedChoice {
  const [name, value] = one;
  return typeof name === "string" && (typeof value === "string" || Number.isSafeInteger(value));
}

/** Their values are used as the values of an enum's members are, where they are all of a kind. */
function baseOf(values: readonly (string | number)[]): string {
  if (values.every((value) => typeof value === "string")) return "str, enum.Enum";
  if (values.every((value) => typeof value === "number")) return "enum.IntEnum";
  return "enum.Enum";
}
