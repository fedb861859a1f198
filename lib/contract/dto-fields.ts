import { rulesOf } from "./constraints";
import { type JsonSchema, keywordsOf } from "./rule-keywords";
import { classTransformer, type Rule } from "./validator";
import { Any, valueTypeFromCompiler, type Constructor, type ValueType } from "./value-type";

/** A field of a class with rules of class-validator, as objects of the class have it on the wire. */
export interface DtoField {
  readonly name: string;
  readonly type: ValueType;
  readonly isOptional: boolean;
  /** What its rules say. */
  readonly keywords: JsonSchema;
}

/** The fields of a class on which rules stand, in their order; others are not known. */
export function fieldsOf(dto: Constructor<object>): DtoField[] {
  const rules = rulesOf(dto);
  const names = [...new Set(rules.map(({ propertyName }) => propertyName))];
  return names.map((name) =>
    fieldOf(
      dto,
      name,
      rules.filter(({ propertyName }) => propertyName === name),
    ),
  );
}

function fieldOf(dto: Constructor<object>, name: string, rules: readonly Rule[]): DtoField {
  const type = fieldType(dto, name);
  return {
    name,
    type,
    isOptional: rules.some(({ type: kind }) => kind === "conditionalValidation"),
    keywords: keywordsOf(rules, type.kind === "string"),
  };
}

function fieldType(dto: Constructor<object>, name: string): ValueType {
  const type = compiledType(dto, name);
  if (type?.kind !== "array") return type ?? Any;
  const items = itemClass(dto, name);
  return items === undefined ? type : { kind: "array", items: { kind: "dto", dto: items } };
}

/** Nothing where the compiler does not know, or what it knows does not travel as it is. */
function compiledType(dto: Constructor<object>, name: string): ValueType | undefined {
  try {
    return valueTypeFromCompiler(Reflect.getMetadata("design:type", dto.prototype as object, name) ?? Object);
  } catch {
    return undefined;
  }
}

/** What `@Type` of class-transformer says of a list's items: it makes one of them. */
function itemClass(dto: Constructor<object>, name: string): Constructor<object> | undefined {
  const made: unknown = classTransformer().plainToInstance(dto as new () => object, { [name]: [{}] });
  const list: unknown = Reflect.get(Object(made) as object, name);
  const item: unknown = Array.isArray(list) ? list[0] : undefined;
  if (typeof item !== "object" || item === null || item.constructor === Object) return undefined;
  return item.constructor as Constructor<object>;
}
