import { pascalCase } from "../../identifiers";
import { type ToldContract } from "../../told-contract";
import { definitionsOf, describedMembers } from "../described-members";
import { body, noteOf, PythonClasses } from "./python-classes";
import { docstring, pythonText, pythonValue } from "./python-literals";
import { allParameters, functionHead, type PythonMethod, pythonMethod } from "./python-members";
import { type NamedSchema, PythonEnums } from "./python-enums";
import { PythonNames, snakeCase } from "./python-names";
import { type NamedTypes, pythonType } from "./python-types";
import { runtimeText } from "./runtime-text";

const PROGRESS = "on_progress: Optional[Callable[[TYPE], object]] = None";

/** A contract as one module of Python, which needs pyzmq alone: a client for threads, and one for asyncio. */
export function pythonModule(told: ToldContract, className: string): string {
  const runtime = runtimeText();
  const names = new PythonNames(runtime.names);
  const sync = names.take(className, "Device");
  const asyncName = names.take(`Async${sync}`, "AsyncDevice");
  const classes = new PythonClasses(definitionsOf(told), names);
  const { methods, properties, signals } = describedMembers(told);
  const enums = new PythonEnums(namedSchemas(told), names);
  const types: NamedTypes = { classes: classes.names, enums: enums.names };
  const members = new PythonNames();
  const named = <Member extends { readonly wireName: string }>(list: readonly Member[]) =>
    list.map((member) => ({ member, name: members.take(snakeCase(member.wireName), "member") }));
  const allSignals = named(signals);
  const allProperties = named(properties);
  const allMethods = named(methods).map(({ member, name }) => ({
    wireName: member.wireName,
    contract: member.contract,
    name,
    method: pythonMethod(member, types),
  }));
  const header = [`from __future__ import annotations`, "", ...runtime.imports];
  const syncBody: string[] = [];
  const asyncBody: string[] = [];
  for (const { member, name } of allSignals) {
    const told = member.told.schemas?.map((schema) => pythonType(schema, types)) ?? ["Any"];
    const [only = "None"] = told;
    const type = told.length < 2 ? only : `Tuple[${told.join(", ")}]`;
    const notes = [
      [member.told.description ?? "", ...(member.told.schemas ?? []).map(noteOf)]
        .filter((one) => one !== "")
        .join("; "),
    ];
    for (const [lines, prefix] of [
      [syncBody, ""],
      [asyncBody, "Async"],
    ] as const) {
      const returned = `        return ${prefix}Signal(self._core, ${pythonText(member.wireName)})`;
      lines.push(
        "",
        "    @property",
        ...functionHead(name, [], `${prefix}Signal[${type}]`),
        ...docstring(notes, "        "),
        returned,
      );
    }
  }
  for (const { member, name } of allProperties) {
    const type = pythonType(member.told.schema, types);
    const isReadonly = member.told.readonly === true;
    const wire = pythonText(member.wireName);
    const notes = docstring([member.told.description ?? noteOf(member.told.schema)], "        ");
    syncBody.push(
      "",
      "    @property",
      ...functionHead(name, [], type),
      ...notes,
      `        result: ${type} = self._get(${wire})`,
      "        return result",
    );
    if (!isReadonly)
      syncBody.push(
        "",
        `    @${name}.setter`,
        `    def ${name}(self, value: ${type}) -> None:`,
        `        self._set(${wire}, value)`,
      );
    const kind = isReadonly ? "AsyncReadonlyProperty" : "AsyncProperty";
    asyncBody.push(
      "",
      "    @property",
      ...functionHead(name, [], `${kind}[${type}]`),
      ...notes,
      `        return ${kind}(self._core, ${wire})`,
    );
  }
  for (const { wireName, name, method } of allMethods) {
    syncBody.push("", ...syncMethod(name, wireName, method, members));
    asyncBody.push("", ...asyncMethod(name, wireName, method));
  }
  const contract = [
    "_CONTRACT = _Contract(",
    `    ${pythonText(told.contract.type)},`,
    "    {",
    ...classes.entries().map((entry) => `        ${entry}`),
    "    },",
    "    {",
    ...methods.map(({ contract: one, told: about, wireName }) => {
      const parameters = about.parameters?.map(
        ({ name, schema, optional, keyword }) =>
          `_Parameter(${pythonText(name)}, ${pythonValue(schema ?? {})}, ${pythonValue(optional)}, ${pythonValue(keyword === true)}), `,
      );
      const within = one.idleMs ?? one.timeoutMs;
      const schema = (isThere: boolean, value: unknown) => (isThere ? pythonValue(value ?? {}) : "None");
      return `        ${pythonText(wireName)}: _Method(${[
        parameters === undefined ? "None" : `(${parameters.join("")})`,
        within === null ? "None" : String(within / 1_000),
        pythonValue(one.idleMs !== undefined),
        schema(about.returns !== undefined, about.returnsSchema),
        schema(about.progress !== undefined, about.progressSchema),
        schema(about.stream !== undefined, about.streamSchema),
      ].join(", ")}),`;
    }),
    "    },",
    "    {",
    ...properties.map(
      ({ wireName, told: about }) => `        ${pythonText(wireName)}: ${pythonValue(about.schema ?? {})},`,
    ),
    "    },",
    "    {",
    ...signals.map(
      ({ wireName, told: about }) =>
        `        ${pythonText(wireName)}: ${about.schemas === undefined ? "None" : pythonValue(about.schemas)},`,
    ),
    "    },",
    "    [",
    ...enums.entries().map((entry) => `        ${entry}`),
    "    ],",
    ")",
  ];
  const device = (name: string, base: string, lines: readonly string[]) => [
    `class ${name}(${base}):`,
    ...docstring([`${told.name}, as its contract says.`], "    "),
    "",
    "    __slots__ = ()",
    "    _contract = _CONTRACT",
    ...lines,
  ];
  const documentation = docstring(
    [
      `${told.name}: clients for threads (${sync}) and for asyncio (${asyncName}). Needs pyzmq; numpy for arrays, where it is installed.`,
    ],
    "",
  );
  return [
    ...documentation,
    "",
    ...header,
    "",
    "",
    runtime.body,
    "",
    "",
    ...enums.lines(),
    ...classes.lines(types),
    ...contract,
    "",
    "",
    ...device(sync, "_Device", syncBody),
    "",
    "",
    ...device(asyncName, "_AsyncDevice", asyncBody),
    "",
  ].join("\n");
}

/** Everything that the contract has a schema of, in the order in which enums are to be named. */
function namedSchemas(told: ToldContract): readonly NamedSchema[] {
  const { methods, properties, signals } = describedMembers(told);
  return [
    ...Object.values(definitionsOf(told)).flatMap(({ properties: fields }) => Object.entries(fields ?? {})),
    ...properties.map(({ wireName, told: { schema } }) => [wireName, schema] as const),
    ...methods.flatMap(({ told: { parameters = [] } }) =>
      parameters.map(({ name, schema }) => [name, schema] as const),
    ),
    ...methods.flatMap(({ wireName, told: { returnsSchema, progressSchema, streamSchema } }) =>
      [returnsSchema, progressSchema, streamSchema].map((schema) => [wireName, schema] as const),
    ),
    ...signals.map(({ wireName, told: { schemas } }) => [wireName, schemas] as const),
  ];
}

/** `stage` → `Stage`. */
export function pythonClassName({ contract, name }: ToldContract): string {
  return pascalCase(contract.type) || (name.includes("://") ? "" : pascalCase(name)) || "Device";
}

function syncMethod(
  name: string,
  wireName: string,
  method: PythonMethod,
  members: PythonNames,
): readonly string[] {
  const wire = pythonText(wireName);
  const notes = docstring(method.documentation, "        ");
  if (method.items !== undefined) {
    return [
      ...functionHead(name, allParameters(method), `Stream[${method.items}]`),
      ...notes,
      `        return Stream(self._core, ${wire}, ${method.given}, timeout)`,
    ];
  }
  const isRun = method.progress !== undefined;
  const further = isRun ? [PROGRESS.replace("TYPE", () => method.progress ?? "Any")] : [];
  const call = isRun
    ? `self._run(${wire}, ${method.given}, timeout, on_progress)`
    : `self._call(${wire}, ${method.given}, timeout${method.rest})`;
  const whole = [
    ...functionHead(name, allParameters(method, further), method.result),
    ...notes,
    ...body(
      method.result === "None"
        ? [`        ${call}`]
        : [`        result: ${method.result} = ${call}`, "        return result"],
    ),
  ];
  if (!isRun) return whole;
  const start = members.take(`start_${name}`, "start");
  return [
    ...whole,
    "",
    ...functionHead(start, allParameters(method), `Run[${method.result}, ${method.progress}]`),
    `        """The same, begun: a Run to iterate over, and to give up."""`,
    `        return Run(self._core, ${wire}, ${method.given}, timeout)`,
  ];
}

function asyncMethod(name: string, wireName: string, method: PythonMethod): readonly string[] {
  const wire = pythonText(wireName);
  const notes = docstring(method.documentation, "        ");
  if (method.items !== undefined) {
    return [
      ...functionHead(name, allParameters(method), `AsyncStream[${method.items}]`),
      ...notes,
      `        return AsyncStream(self._core, ${wire}, ${method.given}, timeout)`,
    ];
  }
  const progress = method.progress;
  const further = progress === undefined ? [] : [PROGRESS.replace("TYPE", () => progress)];
  const options =
    progress === undefined ? `, None${method.rest === "" ? ", ()" : method.rest}, False` : ", on_progress";
  return [
    ...functionHead(
      name,
      allParameters(method, further),
      `AsyncRun[${method.result}, ${progress ?? "None"}]`,
    ),
    ...notes,
    `        return AsyncRun(self._core, ${wire}, ${method.given}, timeout${options})`,
  ];
}
