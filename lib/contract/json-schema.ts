import { fieldsOf } from "./dto-fields";
import { type JsonSchema, ruleKeywords } from "./rule-keywords";
import { type Rule } from "./validator";
import { type ValueMetadata } from "./value-metadata";
import { type ValueCheck } from "./value-rules";
import { type Constructor, type ValueType } from "./value-type";

/** What is known of a value: enough to make a control for it, or to check it elsewhere. */
export interface DescribedValue {
  readonly type: ValueType;
  readonly nullable?: boolean;
  readonly description?: string | undefined;
  readonly metadata?: ValueMetadata | undefined;
  /** The limits and rules that are written out for it. */
  readonly check?: ValueCheck | undefined;
  /** The class-validator constraints that stand beside it. */
  readonly constraints?: readonly Rule[] | undefined;
}

/** What `bytes` are to numpy. */
const BYTES = "u1";

/** Where the schemas of classes stand in a document, each once. */
const DEFINITIONS = "#/$defs/";

/** The schemas of values that belong together: what they have in common, their classes, stands beside them. */
export class SchemaMaker {
  private readonly names = new Map<Constructor<object>, string>();
  private readonly made: Record<string, JsonSchema> = {};

  /** The schemas of the classes so far, by name: `$defs` of the document. */
  get definitions(): Readonly<Record<string, JsonSchema>> {
    return this.made;
  }

  /** The schema of a value, with what its author said of it (`x-unit`, `x-precision`, `x-warn`). */
  describe(value: DescribedValue): JsonSchema {
    const { type, nullable = false, description, metadata, check, constraints = [] } = value;
    const schema = withRules(this.schemaOf(type), ruleKeywords(check, constraints, type.kind === "string"));
    return {
      ...(nullable ? orNull(schema) : schema),
      ...(description !== undefined && { description }),
      ...(metadata?.unit !== undefined && { "x-unit": metadata.unit }),
      ...(metadata?.precision !== undefined && { "x-precision": metadata.precision }),
      ...(metadata?.warn !== undefined && { "x-warn": metadata.warn }),
    };
  }

  /** The schema of a type in the form that its values have on the wire. */
  schemaOf(type: ValueType): JsonSchema {
    switch (type.kind) {
      case "any":
        return {};
      case "string":
      case "number":
      case "boolean":
      case "object":
      case "null":
        return { type: type.kind };
      case "integer":
        return { type: "integer" };
      case "bigint":
        return { type: "integer", "x-bigint": true };
      case "date":
        return { type: "string", format: "date-time" };
      case "choice":
        return { enum: type.values };
      case "array":
        return { type: "array", items: this.schemaOf(type.items) };
      case "set":
        return { type: "array", items: this.schemaOf(type.items), uniqueItems: true };
      case "tuple":
        return {
          type: "array",
          prefixItems: type.items.map((item) => this.schemaOf(item)),
          minItems: type.items.length,
          maxItems: type.items.length,
        };
      case "dict":
        return { type: "object", additionalProperties: this.schemaOf(type.values) };
      case "union":
        return { anyOf: type.members.map((member) => this.schemaOf(member)) };
      case "typed-array":
        return { "x-array": { dtype: type.elements.code, rank: 1 } };
      case "nd-array":
        return { "x-array": { ...(type.elements !== undefined && { dtype: type.elements.code }) } };
      case "bytes":
        return { "x-array": { dtype: BYTES, rank: 1 } };
      case "dto":
        return { $ref: `${DEFINITIONS}${this.nameOf(type.dto)}` };
    }
  }

  private nameOf(dto: Constructor<object>): string {
    const known = this.names.get(dto);
    if (known !== undefined) return known;
    const name = this.freeName(dto.name === "" ? "Object" : dto.name);
    // Before its fields: one of them may be of the class itself.
    this.names.set(dto, name);
    this.made[name] = {};
    this.made[name] = this.classSchema(dto);
    return name;
  }

  private freeName(wanted: string): string {
    let name = wanted;
    for (let number = 2; Object.hasOwn(this.made, name); number++) name = `${wanted}${number}`;
    return name;
  }

  private classSchema(dto: Constructor<object>): JsonSchema {
    const fields = fieldsOf(dto);
    const required = fields.filter(({ isOptional }) => !isOptional).map(({ name }) => name);
    return {
      type: "object",
      ...(fields.length > 0 && {
        properties: Object.fromEntries(
          fields.map((field) => [field.name, withRules(this.schemaOf(field.type), field.keywords)]),
        ),
      }),
      ...(required.length > 0 && { required }),
    };
  }
}

/** A schema of a type, and what rules say beyond it: those of each item are said of each. */
function withRules(schema: JsonSchema, rules: JsonSchema): JsonSchema {
  const { items: ofItems, ...ofItself } = rules;
  // A rule that asks for a number says less than a type that is whole.
  const isWhole = schema.type === "integer" && ofItself.type === "number";
  const ruled = { ...schema, ...ofItself, ...(isWhole && { type: "integer" }) };
  if (!isSchema(ofItems)) return ruled;
  const { prefixItems, items } = schema;
  // `items` beside `prefixItems` would be of those behind them alone (JSON Schema 2020-12, Core, 10.3.1.2).
  return Array.isArray(prefixItems)
    ? { ...ruled, prefixItems: prefixItems.filter(isSchema).map((item) => withRules(item, ofItems)) }
    : { ...ruled, items: isSchema(items) ? withRules(items, ofItems) : ofItems };
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, enum: choices } = schema;
  const isOfChoices = Array.isArray(choices);
  if (typeof type === "string" || isOfChoices) {
    return {
      ...schema,
      ...(typeof type === "string" && { type: [type, "null"] }),
      ...(isOfChoices && { enum: [...(choices as unknown[]), null] }),
    };
  }
  return Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: "null" }] };
}
