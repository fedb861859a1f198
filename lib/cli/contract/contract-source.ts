import {
  DEFAULT_METHOD_TIMEOUT_MS,
  type MethodContract,
  type PropertyContract,
  type SignalContract,
} from "../../contract/service-contract";
import { type JsonSchema } from "../../contract/rule-keywords";
import { type MemberDescription, type ParameterDescription } from "../../wire/member-description";
import { choicesOf } from "./choices";
import { describedMember } from "./described-member";
import { Interfaces } from "./exports/interfaces";
import { comment, documentation, literal as text } from "./exports/typescript-text";
import { camelCase, Identifiers, pascalCase } from "./identifiers";
import { schemaNote } from "./schema-notes";
import { schemaTypeName } from "./schema-type-name";
import { type ToldContract } from "./told-contract";
import { type DeclaredType, declaredType, typeOfValue } from "./type-text";

/** The name of a class for a device: `CameraContract`. */
export function contractClassName({ contract, name }: ToldContract): string {
  const stem = pascalCase(contract.type) || (name.includes("://") ? "" : pascalCase(name));
  return `${stem === "" ? "Device" : stem}Contract`;
}

/**
 * A contract class for a device, as the text of a TypeScript file.
 *
 * @param values - The properties' values by wire name: they tell the types that an original does not.
 */
export function contractSource(
  device: ToldContract,
  className: string,
  values: ReadonlyMap<string, unknown>,
): string {
  return new ContractWriter(device, className, values).write();
}

class ContractWriter {
  private readonly imports = new Set<string>(["RpcService"]);
  private readonly members = new Identifiers();
  /** Wire name → name in the class. */
  private readonly names = new Map<string, string>();
  private readonly isOriginal: boolean;

  private readonly interfaces: Interfaces;

  constructor(
    private readonly device: ToldContract,
    private readonly className: string,
    private readonly values: ReadonlyMap<string, unknown>,
  ) {
    const { contract, inventory } = device;
    this.interfaces = new Interfaces(inventory.rigwire?.definitions ?? {}, className);
    this.isOriginal = inventory.rigwire === undefined;
    for (const { wireName, member } of contract.members.values()) {
      this.names.set(wireName, this.members.take(this.isOriginal ? camelCase(wireName) : member, "member"));
    }
  }

  write(): string {
    const { contract, name, url } = this.device;
    const body = [
      ...[...contract.signals.values()].map((signal) => this.signal(signal)),
      ...[...contract.properties.values()].map((property) => this.property(property)),
      ...[...contract.methods.values()].map((method) => this.method(method)),
    ];
    const type = contract.type === "" ? "" : `{ type: ${text(contract.type)} }`;
    const lines = [
      `@RpcService(${type})`,
      `export abstract class ${this.className} {`,
      body.join("\n\n"),
      "}",
    ];
    const place = url === undefined ? "as its class says" : `as it was at ${comment(url)}`;
    const about = [`/**`, ` * ${comment(name)}, ${place}.`, ...this.caveat(), ` */`];
    const interfaces = this.interfaces.lines();
    for (const imported of this.interfaces.types) {
      if (!this.imports.has(imported.replace(/^type /, ""))) this.imports.add(imported);
    }
    return [...this.importLines(), "", ...interfaces, ...about, ...lines, ""].join("\n");
  }

  private caveat(): readonly string[] {
    if (!this.isOriginal) return [];
    return [
      " *",
      " * It does not tell types: those of properties are taken from the values they had, those of signals from the",
      " * properties they are named after. Narrow what is `unknown`, and name the parameters.",
    ];
  }

  private importLines(): readonly string[] {
    const values = [...this.imports].sort((a, b) => plain(a).localeCompare(plain(b)));
    const observable = this.device.contract.signals.size > 0;
    const joined = `import { ${values.join(", ")} } from "rigwire";`;
    const own =
      joined.length <= LINE_WIDTH
        ? [joined]
        : ["import {", ...values.map((name) => `  ${name},`), '} from "rigwire";'];
    return [...(observable ? ['import { type Observable } from "rxjs";'] : []), ...own];
  }

  private signal({ wireName }: SignalContract): string {
    this.imports.add("Signal");
    const described = describedMember(this.device, wireName);
    const types = (described?.arguments ?? [this.guessedArgument(wireName)]).map((type, index) =>
      this.use(this.typeOf(type, described?.schemas?.[index])),
    );
    const carried = types.length === 0 ? "void" : types.length === 1 ? (types[0]?.text ?? "") : listOf(types);
    const options = this.options(wireName, {}, described?.description);
    const decorator = `Signal(${[...types.map(({ spec }) => spec), ...options].join(", ")})`;
    const documented = documentation([
      described?.description,
      (described?.schemas ?? []).map((schema) => schemaNote(schema, true)).join(", "),
    ]);
    return [
      ...documented,
      `  @${decorator} abstract readonly ${this.nameOf(wireName)}: Observable<${carried}>;`,
    ].join("\n");
  }

  /** `modeChanged` carries what `mode` is. */
  private guessedArgument(signal: string): string {
    const property = signal.replace(/_?changed$/i, "");
    const isNamedAfter = property !== signal && this.device.contract.properties.has(property);
    return isNamedAfter && this.values.has(property) ? typeOfValue(this.values.get(property)) : "any";
  }

  private property({ wireName, readonly }: PropertyContract): string {
    this.imports.add("RpcProperty");
    const described = describedMember(this.device, wireName);
    const type = this.typeOf(described?.type ?? typeOfValue(this.values.get(wireName)), described?.schema);
    const notify = described === undefined ? this.guessedSignal(wireName) : described.notify;
    const notifyName = notify === undefined ? undefined : this.names.get(notify);
    const further = {
      ...(notifyName !== undefined && { notify: text(notifyName) }),
      ...(readonly && { readonly: "true" }),
      ...(!type.isPassedOn && { type: this.use(type).spec }),
    };
    const options = this.options(wireName, further, described?.description);
    const declaration = `abstract ${readonly ? "readonly " : ""}${this.nameOf(wireName)}: ${type.text};`;
    const documented = documentation([described?.description, schemaNote(described?.schema, true)]);
    return [...documented, `  @RpcProperty(${options.join(", ")})`, `  ${declaration}`].join("\n");
  }

  private guessedSignal(property: string): string | undefined {
    const candidates = [`${property}Changed`, `${property}_changed`, `${camelCase(property)}Changed`];
    return candidates.find((signal) => this.device.contract.signals.has(signal));
  }

  private method(method: MethodContract): string {
    if (method.stream !== undefined) return this.stream(method);
    const { wireName, result, timeoutMs, idleMs, concurrent, interrupts } = method;
    const decorator = result === "json" ? "JsonMethod" : "BufferMethod";
    this.imports.add(decorator).add("remote");
    const described = describedMember(this.device, wireName);
    const progress =
      described?.progress === undefined
        ? undefined
        : this.use(this.typeOf(described.progress, described.progressSchema));
    const type =
      described?.returns === undefined
        ? undefined
        : this.use(this.typeOf(described.returns, described.returnsSchema));
    if (result === "buffer" && type === undefined) this.imports.add("type BufferResult");
    const further = {
      ...(progress !== undefined && { progress: progress.spec, ...progressRange(progress, described) }),
      ...(type !== undefined && { returns: type.spec }),
      ...(idleMs !== undefined && { timeout: `{ idle: ${idleMs} }` }),
      ...(idleMs === undefined && timeoutMs !== DEFAULT_METHOD_TIMEOUT_MS && { timeout: String(timeoutMs) }),
      ...(interrupts ? { interrupts: "true" } : concurrent && { concurrent: "true" }),
    };
    const options = this.options(wireName, further, described?.description);
    const { declared, names } = this.parameters(described?.parameters);
    const value = type?.text ?? (result === "json" ? "unknown" : "BufferResult");
    const returned =
      progress === undefined ? `Promise<${value}>` : `AsyncGenerator<${progress.text}, ${value}>`;
    return [
      ...methodDocumentation(described),
      `  @${decorator}(${options.join(", ")})`,
      `  ${this.nameOf(wireName)}(${declared}): ${returned} {`,
      `    return remote(${names});`,
      "  }",
    ].join("\n");
  }

  private stream({ wireName, timeoutMs }: MethodContract): string {
    this.imports.add("StreamMethod").add("remote");
    const described = describedMember(this.device, wireName);
    const items = this.use(this.typeOf(described?.stream ?? "any", described?.streamSchema));
    const further = { ...(timeoutMs !== DEFAULT_METHOD_TIMEOUT_MS && { timeout: String(timeoutMs) }) };
    const options = this.options(wireName, further, described?.description);
    const { declared, names } = this.parameters(described?.parameters);
    return [
      ...methodDocumentation(described),
      `  @StreamMethod(${[items.spec, ...options].join(", ")})`,
      `  ${this.nameOf(wireName)}(${declared}): AsyncIterable<${items.text}> {`,
      `    return remote(${names});`,
      "  }",
    ].join("\n");
  }

  /** Parameters that are not known are taken as they come. */
  private parameters(known: readonly ParameterDescription[] | undefined) {
    this.imports.add(known?.length === 0 ? "remote" : "Arg");
    if (known === undefined) {
      return { declared: '@Arg("args", { rest: true }) ...args: unknown[]', names: "...args" };
    }
    const identifiers = new Identifiers();
    const lastRequired = known.findLastIndex(({ optional }) => !optional);
    const parameters = known.map(({ name, type: told, optional, keyword, rest, schema }, index) => {
      const identifier = identifiers.take(name, `arg${index}`);
      const type = this.typeOf(told, schema);
      if (rest === true && index === known.length - 1) {
        const arg = `@Arg(${text(name)}, { type: ${this.use(type).spec}, rest: true })`;
        return {
          identifier: `...${identifier}`,
          declared: `${arg} ...${identifier}: ${arrayText(type.text)}`,
        };
      }
      const canBeLeftOut = optional && index > lastRequired;
      const options = [
        ...(optional ? ["optional: true"] : []),
        ...(keyword === true ? ["keyword: true"] : []),
        ...(optional || !type.isPassedOn ? [`type: ${this.use(type).spec}`] : []),
      ];
      const arg = `@Arg(${[text(name), ...(options.length > 0 ? [`{ ${options.join(", ")} }`] : [])].join(", ")})`;
      const declared =
        optional && !canBeLeftOut && type.text !== "unknown" ? `${type.text} | undefined` : type.text;
      return { identifier, declared: `${arg} ${identifier}${canBeLeftOut ? "?" : ""}: ${declared}` };
    });
    return {
      declared: parameters.map(({ declared }) => declared).join(", "),
      names: parameters.map(({ identifier }) => identifier).join(", "),
    };
  }

  private options(
    wireName: string,
    further: Readonly<Record<string, string>>,
    description: string | undefined,
  ): readonly string[] {
    const entries = {
      ...(this.nameOf(wireName) !== wireName && { wireName: text(wireName) }),
      ...further,
      ...(description !== undefined && { description: text(description) }),
    };
    const written = Object.entries(entries).map(([key, value]) => `${key}: ${value}`);
    return written.length === 0 ? [] : [`{ ${written.join(", ")} }`];
  }

  /** The schema says more of classes, choices and null; the type, of all that looks alike in JSON. */
  private typeOf(told: string, schema: JsonSchema | undefined): DeclaredType {
    const classes = this.interfaces.names;
    if (schema === undefined) return declaredType(told, classes);
    const isChoice = PLAIN.has(told) && choicesOf(schema) !== undefined;
    if (isChoice || JSON.stringify(schema).includes('"$ref"')) {
      return declaredType(schemaTypeName(schema), classes);
    }
    return declaredType(takesNull(schema) && !told.includes("null") ? `${told} | null` : told, classes);
  }

  private nameOf(wireName: string): string {
    return this.names.get(wireName) ?? wireName;
  }

  private use(type: DeclaredType): DeclaredType {
    for (const name of type.imports) this.imports.add(name);
    return type;
  }
}

const LINE_WIDTH = 110;

function listOf(types: readonly DeclaredType[]): string {
  return `[${types.map(({ text: type }) => type).join(", ")}]`;
}

/** Types of which some values only may be taken. */
const PLAIN: ReadonlySet<string> = new Set(["string", "number", "integer", "any"]);

function takesNull({ type, enum: choices }: JsonSchema): boolean {
  return [type, choices].some(
    (list) => Array.isArray(list) && (list.includes("null") || list.includes(null)),
  );
}

function methodDocumentation(described: MemberDescription | undefined): readonly string[] {
  const parameters = (described?.parameters ?? []).map(({ name, schema }) => {
    const about = typeof schema?.description === "string" ? schema.description : "";
    const said = [about, schemaNote(schema, true)].filter((part) => part !== "").join("; ");
    return said === "" ? "" : `@param ${name} - ${said}`;
  });
  const result = schemaNote(described?.returnsSchema, true);
  return documentation([described?.description, ...parameters, result === "" ? "" : `@returns ${result}`]);
}

/** Where a progress that is a number begins and ends, as a decorator is given it. */
function progressRange(
  { spec }: DeclaredType,
  described: MemberDescription | undefined,
): { readonly progressRange?: string } {
  const range = described?.progressSchema?.["x-range"];
  const isRange = Array.isArray(range) && range.length === 2 && range.every(Number.isFinite);
  return isRange && ["Number", "Integer"].includes(spec) ? { progressRange: `[${range.join(", ")}]` } : {};
}

function arrayText(item: string): string {
  return /^\w+$/.test(item) ? `${item}[]` : `(${item})[]`;
}

function plain(imported: string): string {
  return imported.replace(/^type /, "");
}
