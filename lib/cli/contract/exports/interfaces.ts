import { type JsonSchema } from "../../../contract/rule-keywords";
import { isObject } from "../../../wire/message";
import { Identifiers } from "../identifiers";
import { schemaNote } from "../schema-notes";
import { schemaTypeName } from "../schema-type-name";
import { type DeclaredType, declaredType } from "../type-text";
import { documentation, propertyKey } from "./typescript-text";

/** Names that mean something else in a file of a contract. */
const TAKEN =
  "Any Arg arrayOf Array BigInt Boolean Buffer BufferMethod BufferResult Date dictOf enumOf Integer JsonMethod Map NdArray ndArrayOf " +
  "Number Object Observable oneOf Promise Record RpcProperty RpcService Set setOf Signal String tupleOf AsyncGenerator";

/** The classes of a device as interfaces, with their fields. */
export class Interfaces {
  /** By the name that the device gives a class. */
  readonly names: ReadonlyMap<string, string>;
  private readonly imports = new Set<string>();

  /** @param className - The contract's own name, which none of them has. */
  constructor(
    private readonly definitions: Readonly<Record<string, JsonSchema>>,
    className: string,
  ) {
    const identifiers = new Identifiers();
    for (const name of [...TAKEN.split(" "), className]) identifiers.take(name, name);
    this.names = new Map(
      Object.keys(definitions).map((name) => [name, identifiers.take(name, "Shape")] as const),
    );
  }

  /** What of rigwire their fields use. */
  get types(): readonly string[] {
    return [...this.imports];
  }

  /** The interfaces, each with a blank line behind it. */
  lines(): readonly string[] {
    return Object.entries(this.definitions).flatMap(([name, schema]) => [
      `export interface ${this.names.get(name) ?? "Shape"} {`,
      ...this.fields(schema),
      "}",
      "",
    ]);
  }

  private fields({ properties, required }: JsonSchema): readonly string[] {
    const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
    return Object.entries(isObject(properties) ? properties : {}).flatMap(([name, field]) => {
      const schema = isObject(field) ? field : {};
      const { text } = this.use(declaredType(schemaTypeName(schema, "wire"), this.names));
      const key = `${propertyKey(name)}${isRequired(name) ? "" : "?"}`;
      return [...documentation([schemaNote(schema, true)]), `  ${key}: ${text};`];
    });
  }

  private use(type: DeclaredType): DeclaredType {
    if (type.text.includes("NdArray")) this.imports.add("type NdArray");
    return type;
  }
}
