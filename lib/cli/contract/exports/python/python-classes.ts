import { type JsonSchema } from "../../../../contract/rule-keywords";
import { isObject } from "../../../../wire/message";
import { pascalCase } from "../../identifiers";
import { schemaNote } from "../../schema-notes";
import { docstring, pythonText, pythonValue } from "./python-literals";
import { PythonNames, snakeCase } from "./python-names";
import { type NamedTypes, optional, pythonType } from "./python-types";

interface Field {
  readonly name: string;
  readonly wireName: string;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** The classes of a contract as dataclasses. Those of which no field is told are dicts. */
export class PythonClasses {
  /** By the name that the device gives a class. */
  readonly names: ReadonlyMap<string, string>;

  constructor(
    private readonly definitions: Readonly<Record<string, JsonSchema>>,
    names: PythonNames,
  ) {
    const told = Object.keys(definitions).filter((name) => isObject(definitions[name]?.properties));
    this.names = new Map(told.map((name) => [name, names.take(pascalCase(name), "Shape")] as const));
  }

  lines(types: NamedTypes): readonly string[] {
    return [...this.names].flatMap(([definition, name]) => [
      "@dataclass",
      `class ${name}:`,
      ...body(this.fields(definition).flatMap((field) => fieldLines(field, types))),
      "",
      "",
    ]);
  }

  /** The entries of the contract: dataclass, names of its fields on the wire, schema. */
  entries(): readonly string[] {
    return [...this.names].map(([definition, name]) => {
      const fields = this.fields(definition).map((field) => [field.name, field.wireName] as const);
      const schema = pythonValue(this.definitions[definition]);
      const mapping = pythonValue(Object.fromEntries(fields));
      return `${pythonText(definition)}: _Class(${name}, ${mapping}, ${schema}),`;
    });
  }

  private fields(definition: string): readonly Field[] {
    const { properties, required } = this.definitions[definition] ?? {};
    const names = new PythonNames();
    const fields = Object.entries(isObject(properties) ? properties : {}).map(([wireName, schema]) => ({
      name: names.take(snakeCase(wireName), "field"),
      wireName,
      schema: isObject(schema) ? schema : {},
      isRequired: Array.isArray(required) && required.includes(wireName),
    }));
    // Python wants those without a default first.
    return [...fields.filter(({ isRequired }) => isRequired), ...fields.filter((field) => !field.isRequired)];
  }
}

function fieldLines({ name, schema, isRequired }: Field, types: NamedTypes): readonly string[] {
  const type = pythonType(schema, types);
  const declared = isRequired ? `${name}: ${type}` : `${name}: ${optional(type)} = None`;
  return [`    ${declared}`, ...docstring([noteOf(schema)], "    ")];
}

/** What is to be said of a value: what it is, its unit, its range. */
export function noteOf(schema: JsonSchema | undefined): string {
  const about = typeof schema?.description === "string" ? schema.description : "";
  return [about, schemaNote(schema, true)].filter((part) => part !== "").join("; ");
}

/** The lines of a class or a function, which may not be empty. */
export function body(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ["    pass"] : lines;
}
