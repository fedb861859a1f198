import { type MethodContract } from "../../../../contract/service-contract";
import { type ParameterDescription } from "../../../../wire/member-description";
import { type Described } from "../described-members";
import { noteOf } from "./python-classes";
import { pythonText } from "./python-literals";
import { PythonNames, snakeCase } from "./python-names";
import { type NamedTypes, optional, pythonType } from "./python-types";

/** How long a call is waited for, as a parameter of every method. */
const TIMEOUT = "timeout: Optional[float] = OWN_TIMEOUT";

/** A method as both clients write it. */
export interface PythonMethod {
  /** Without `self`, and without what only some clients take. */
  readonly parameters: readonly string[];
  readonly keywords: readonly string[];
  /** What stands behind all others: `**kwargs`. */
  readonly last: readonly string[];
  /** The arguments by their names on the wire, as an expression. */
  readonly given: string;
  /** Where the parameters are not told: those that came by place. */
  readonly rest: string;
  readonly result: string;
  readonly progress: string | undefined;
  readonly items: string | undefined;
  readonly documentation: readonly string[];
}

export function pythonMethod({ contract, told }: Described<MethodContract>, types: NamedTypes): PythonMethod {
  const result =
    told.returns === undefined && told.returnsSchema === undefined
      ? contract.result === "buffer"
        ? "BufferResult"
        : "Any"
      : pythonType(told.returnsSchema, types);
  const outcome = {
    result,
    progress: told.progress === undefined ? undefined : pythonType(told.progressSchema, types),
    items: told.stream === undefined ? undefined : pythonType(told.streamSchema, types),
  };
  if (told.parameters === undefined) {
    const documentation = [told.description ?? ""].filter((line) => line !== "");
    return {
      ...outcome,
      parameters: ["*args: Any"],
      keywords: [TIMEOUT],
      last: ["**kwargs: Any"],
      given: "kwargs",
      rest: ", args",
      documentation,
    };
  }
  const names = new PythonNames(["timeout", "on_progress", "args", "kwargs"]);
  const named = told.parameters.map((parameter) => ({
    parameter,
    name: names.take(snakeCase(parameter.name), "argument"),
  }));
  const lastRequired = told.parameters.findLastIndex((one) => !one.optional && one.keyword !== true);
  const declared = named.map(({ parameter, name }, index) => ({
    isKeyword: parameter.keyword === true,
    text: declaration(parameter, name, types, parameter.keyword === true || index > lastRequired),
  }));
  return {
    ...outcome,
    parameters: declared.filter(({ isKeyword }) => !isKeyword).map(({ text }) => text),
    keywords: [...declared.filter(({ isKeyword }) => isKeyword).map(({ text }) => text), TIMEOUT],
    last: [],
    given: `{${named.map(({ parameter, name }) => `${pythonText(parameter.name)}: ${name}`).join(", ")}}`,
    rest: "",
    documentation: methodNotes(told.description, named, noteOf(told.returnsSchema)),
  };
}

function declaration(
  { schema, optional: isOptional }: ParameterDescription,
  name: string,
  types: NamedTypes,
  canHaveDefault: boolean,
): string {
  const type = pythonType(schema, types);
  if (!isOptional) return `${name}: ${type}`;
  return `${name}: ${optional(type)}${canHaveDefault ? " = None" : ""}`;
}

function methodNotes(
  description: string | undefined,
  named: readonly { readonly parameter: ParameterDescription; readonly name: string }[],
  result: string,
): readonly string[] {
  const parameters = named.flatMap(({ parameter, name }) => {
    const note = noteOf(parameter.schema);
    return note === "" ? [] : [`${name}: ${note}`];
  });
  const notes = [
    ...(parameters.length > 0 ? [`Args: ${parameters.join(". ")}.`] : []),
    ...(result === "" ? [] : [`Returns: ${result}.`]),
  ];
  if (description === undefined) return notes;
  return notes.length === 0 ? [description] : [description, "", ...notes];
}

const LINE_WIDTH = 110;

/** The head of a function, on several lines where it is long. */
export function functionHead(name: string, parameters: readonly string[], result: string): readonly string[] {
  const inLine = `    def ${name}(${["self", ...parameters].join(", ")}) -> ${result}:`;
  if (inLine.length <= LINE_WIDTH) return [inLine];
  return [
    `    def ${name}(`,
    ...["self", ...parameters].map((one) => `        ${one}${one.startsWith("**") ? "" : ","}`),
    `    ) -> ${result}:`,
  ];
}

/** Parameters by name stand behind a star, where nothing else says so. */
export function allParameters(method: PythonMethod, further: readonly string[] = []): readonly string[] {
  const star = method.parameters.some((one) => one.startsWith("*")) ? [] : ["*"];
  return [...method.parameters, ...star, ...further, ...method.keywords, ...method.last];
}
