import { type JsonSchema } from "../../../contract/rule-keywords";
import { isObject } from "../../../wire/message";
import { type Choice, choicesOf } from "../choices";
import { refName, schemaTypeName } from "../schema-type-name";

/** What became of the values that a schema describes. */
export interface SchemaChange {
  /** Whether values are gone, have come, or mean something else now. */
  readonly kind: "narrower" | "wider" | "other" | "told";
  readonly text: string;
}

/** A contract's classes by name. */
export type Definitions = Readonly<Record<string, JsonSchema>>;

/** Lower bounds: a higher one takes less. */
const LOWER = ["minimum", "exclusiveMinimum", "minLength", "minItems"];
/** Upper bounds: a lower one takes less. */
const UPPER = ["maximum", "exclusiveMaximum", "maxLength", "maxItems"];
/** Rules that are kept or not. */
const RULES = ["pattern", "format", "multipleOf", "uniqueItems"];

const TEXTS: Readonly<Record<string, string>> = {
  minimum: "min",
  exclusiveMinimum: "exclusive min",
  maximum: "max",
  exclusiveMaximum: "exclusive max",
};

/** A schema comes from elsewhere, and classes may hold themselves: further than this nothing is compared. */
const DEEPEST = 24;
const MOST_CHANGES = 200;

/**
 * What differs between two schemas of one value.
 *
 * @param place - What the value is to a person: `target`.
 */
export function schemaChanges(
  before: JsonSchema,
  after: JsonSchema,
  definitions: readonly [before: Definitions, after: Definitions],
  place = "",
): readonly SchemaChange[] {
  const comparison = new SchemaComparison(definitions);
  comparison.compare(before, after, place, 0);
  return comparison.changes.slice(0, MOST_CHANGES);
}

class SchemaComparison {
  readonly changes: SchemaChange[] = [];
  /** Pairs of classes that were compared, or are being compared. */
  private readonly compared = new Set<string>();

  constructor(private readonly definitions: readonly [before: Definitions, after: Definitions]) {}

  compare(before: JsonSchema, after: JsonSchema, place: string, depth: number): void {
    if (depth > DEEPEST || this.changes.length >= MOST_CHANGES) return;
    const pair = `${refOf(before) ?? ""} ${refOf(after) ?? ""}`;
    if (refOf(before) !== undefined && refOf(after) !== undefined) {
      if (this.compared.has(pair)) return;
      this.compared.add(pair);
    }
    const [a, b] = [resolved(before, this.definitions[0]), resolved(after, this.definitions[1])];
    this.meaning(a, b, place);
    if (isUnion(before) || isUnion(after)) {
      this.members(before, after, place, depth);
      return;
    }
    if (this.types(a, b, place)) return;
    this.bounds(a, b, place);
    this.fields(a, b, place, depth);
    this.inner(a, b, place, depth);
  }

  private add(kind: SchemaChange["kind"], place: string, text: string): void {
    this.changes.push({ kind, text: place === "" ? text : `${place}: ${text}` });
  }

  /** The same number means something else in another unit. */
  private meaning(a: JsonSchema, b: JsonSchema, place: string): void {
    const [from, to] = [a["x-unit"], b["x-unit"]];
    if (from === to) return;
    if (typeof from === "string" && typeof to === "string") this.add("other", place, `${from} is ${to} now`);
    else
      this.add(
        "told",
        place,
        typeof to === "string" ? `its unit is told: ${to}` : "its unit is no longer told",
      );
  }

  /** Of unions: each member by its name, and what became of those that both have. */
  private members(before: JsonSchema, after: JsonSchema, place: string, depth: number): void {
    const [from, to] = [membersOf(before), membersOf(after)];
    const kind = kindOfChange(
      [...from.keys()].some((name) => !covers([...to.keys()], name)),
      [...to.keys()].some((name) => !covers([...from.keys()], name)),
    );
    if (kind !== undefined) this.add(kind, place, `${titleOf(before)} is ${titleOf(after)} now`);
    for (const [name, member] of from) {
      const now = to.get(name);
      if (now !== undefined) this.compare(member, now, place, depth + 1);
    }
  }

  /** @returns Whether the types differ so that nothing further can be compared. */
  private types(a: JsonSchema, b: JsonSchema, place: string): boolean {
    const [before, after] = [typesOf(a), typesOf(b)];
    const [choicesBefore, choicesAfter] = [choicesOf(a), choicesOf(b)];
    const gone = before.filter((type) => !covers(after, type));
    const come = after.filter((type) => !covers(before, type));
    const change = `${titleOf(a)} is ${titleOf(b)} now`;
    const kind = kindOfChange(gone.length > 0, come.length > 0);
    if (kind !== undefined) {
      this.add(kind, place, change);
      return true;
    }
    this.choices(choicesBefore, choicesAfter, place, change);
    return choicesBefore !== undefined || choicesAfter !== undefined;
  }

  private choices(
    before: readonly Choice[] | undefined,
    after: readonly Choice[] | undefined,
    place: string,
    change: string,
  ): void {
    if (before === undefined && after === undefined) return;
    if (before === undefined) this.add("narrower", place, change);
    else if (after === undefined) this.add("wider", place, change);
    else {
      const gone = before.filter((choice) => !after.includes(choice));
      const come = after.filter((choice) => !before.includes(choice));
      if (gone.length > 0) this.add("narrower", place, `no longer ${listed(gone)}`);
      if (come.length > 0) this.add("wider", place, `also ${listed(come)}`);
    }
  }

  private bounds(a: JsonSchema, b: JsonSchema, place: string): void {
    for (const keyword of [...LOWER, ...UPPER]) {
      const [from, to] = [numberOf(a[keyword]), numberOf(b[keyword])];
      if (from === to) continue;
      const isLower = LOWER.includes(keyword);
      const none = isLower ? -Infinity : Infinity;
      const isNarrower = isLower ? (to ?? none) > (from ?? none) : (to ?? none) < (from ?? none);
      const text = `${TEXTS[keyword] ?? keyword} ${from ?? "none"} is ${to ?? "none"} now`;
      this.add(isNarrower ? "narrower" : "wider", place, text);
    }
    for (const keyword of RULES) {
      const [from, to] = [a[keyword], b[keyword]];
      if (from === to) continue;
      const kind = kindOfChange(to !== undefined, from !== undefined);
      if (kind !== undefined) this.add(kind, place, `${keyword} ${ruleText(from)} is ${ruleText(to)} now`);
    }
  }

  private fields(a: JsonSchema, b: JsonSchema, place: string, depth: number): void {
    const [before, after] = [fieldsOf(a), fieldsOf(b)];
    for (const [name, field] of before) {
      const at = place === "" ? name : `${place}.${name}`;
      const now = after.get(name);
      if (now !== undefined) this.compare(field, now, at, depth + 1);
      else this.add("wider", at, "there is no such field any more");
      if (now !== undefined && isRequired(a, name) && !isRequired(b, name))
        this.add("wider", at, "may be left out now");
      if (now !== undefined && !isRequired(a, name) && isRequired(b, name))
        this.add("narrower", at, "must be there now");
    }
    for (const name of after.keys()) {
      if (before.has(name)) continue;
      const at = place === "" ? name : `${place}.${name}`;
      if (isRequired(b, name)) this.add("narrower", at, "a new field, which must be there");
      else this.add("told", at, "a new field, which may be left out");
    }
  }

  private inner(a: JsonSchema, b: JsonSchema, place: string, depth: number): void {
    for (const keyword of ["items", "additionalProperties"]) {
      const [before, after] = [a[keyword], b[keyword]];
      if (!isObject(before) && !isObject(after)) continue;
      const each = place === "" ? "each" : `${place}, each`;
      this.compare(isObject(before) ? before : {}, isObject(after) ? after : {}, each, depth + 1);
    }
    const [before, after] = [schemasIn(a.prefixItems), schemasIn(b.prefixItems)];
    before.forEach((item, index) => {
      const now = after[index];
      if (now !== undefined) this.compare(item, now, `${place}[${index}]`, depth + 1);
    });
  }
}

function kindOfChange(isGone: boolean, hasCome: boolean): SchemaChange["kind"] | undefined {
  if (isGone && hasCome) return "other";
  if (isGone) return "narrower";
  return hasCome ? "wider" : undefined;
}

function isUnion({ anyOf }: JsonSchema): boolean {
  return Array.isArray(anyOf);
}

/** The members of a union by their names; a type that is none is its only member. */
function membersOf({ anyOf, ...schema }: JsonSchema): ReadonlyMap<string, JsonSchema> {
  const { type } = schema;
  const alone = Array.isArray(type) ? type.map((each: unknown) => ({ ...schema, type: each })) : [schema];
  const members = Array.isArray(anyOf) ? schemasIn(anyOf) : alone;
  return new Map(members.map((member) => [schemaTypeName(member), member]));
}

/** The kinds of JSON that a schema takes; empty where it takes anything. */
function typesOf(schema: JsonSchema): readonly string[] {
  const { type } = schema;
  const choices = choicesOf(schema);
  if (isObject(schema["x-array"])) return [schemaTypeName(schema)];
  if (choices !== undefined) return [...new Set(choices.map(kindOf))];
  if (Array.isArray(type)) return type.map(String);
  return typeof type === "string" ? [type] : [];
}

/** An empty list takes anything; a number may be an integer. */
function covers(types: readonly string[], type: string): boolean {
  return types.length === 0 || types.includes(type) || (type === "integer" && types.includes("number"));
}

function kindOf(choice: Choice): string {
  return choice === null ? "null" : typeof choice;
}

function titleOf(schema: JsonSchema): string {
  const name = schemaTypeName(schema);
  return name === "any" ? "anything" : name;
}

function refOf({ $ref }: JsonSchema): string | undefined {
  return typeof $ref === "string" ? refName($ref) : undefined;
}

function resolved(schema: JsonSchema, definitions: Definitions): JsonSchema {
  const name = refOf(schema);
  if (name === undefined) return schema;
  return { ...(Object.hasOwn(definitions, name) ? definitions[name] : {}), ...schema };
}

function fieldsOf({ properties }: JsonSchema): ReadonlyMap<string, JsonSchema> {
  const fields = Object.entries(isObject(properties) ? properties : {});
  return new Map(fields.map(([name, field]) => [name, isObject(field) ? field : {}]));
}

function isRequired({ required }: JsonSchema, name: string): boolean {
  return Array.isArray(required) && required.includes(name);
}

function schemasIn(list: unknown): readonly JsonSchema[] {
  return Array.isArray(list) ? list.map((item) => (isObject(item) ? item : {})) : [];
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function ruleText(value: unknown): string {
  return value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}

function listed(choices: readonly Choice[]): string {
  return choices.map((choice) => JSON.stringify(choice)).join(", ");
}
