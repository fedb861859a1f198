import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The parts of the runtime, each behind those that it imports. The package has them beside this file. */
const PARTS = [
  "errors",
  "arrays",
  "values",
  "clock",
  "keys",
  "mailbox",
  "link",
  "requests",
  "exchange",
  "outbox",
  "connector",
  "socket_thread",
  "engine",
  "subscriptions",
  "streams",
  "core",
  "client",
  "asyncio_client",
] as const;

/** What every generated module has in common: its imports, and the classes on which a device's own stand. */
export interface RuntimeText {
  readonly imports: readonly string[];
  readonly body: string;
  /** Names at the top of the module, which nothing else may have. */
  readonly names: readonly string[];
}

/** The runtime as one text: what its parts import of each other is left out. */
export function runtimeText(): RuntimeText {
  const imports = new Map([["typing", new Set(["Literal", "Set", "Tuple"])]]);
  const bodies = PARTS.map((part) => {
    const source = readFileSync(join(__dirname, "runtime", `${part}.py`), "utf8");
    return withoutImports(source, imports);
  });
  const body = bodies.join("\n\n\n");
  const imported = [...imports.values()].flatMap((names) => [...names].map(nameHere));
  const defined = [...body.matchAll(/^(?:class |def |async def )?(\w+)(?=[(:]| =| *:)/gm)].map(
    ([, name]) => name,
  );
  return {
    imports: importLines(imports),
    body,
    names: [...imported, ...defined].filter((name) => name !== undefined),
  };
}

/** `TimeoutError as _FutureTimeout` is called by its second name. */
function nameHere(imported: string): string {
  return imported.split(" as ").at(-1) ?? imported;
}

const IMPORT = /^(?:from (\S+) import (?:\(([^)]*)\)|(.*))|import (.*))\n/gm;

function withoutImports(source: string, imports: Map<string, Set<string>>): string {
  const take = (
    _: string,
    module: string | undefined,
    inBrackets: string | undefined,
    inLine: string | undefined,
    whole: string | undefined,
  ) => {
    if (whole !== undefined) add(imports, "", whole);
    else if (module !== undefined && !module.startsWith(".") && module !== "__future__") {
      for (const name of (inBrackets ?? inLine ?? "").split(",")) add(imports, module, name.trim());
    }
    return "";
  };
  return source.replace(IMPORT, take).trim();
}

function add(imports: Map<string, Set<string>>, module: string, name: string): void {
  if (name === "") return;
  imports.set(module, (imports.get(module) ?? new Set()).add(name));
}

function importLines(imports: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const whole = [...(imports.get("") ?? [])].sort().map((name) => `import ${name}`);
  const parts = [...imports]
    .filter(([module]) => module !== "")
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([module, names]) => `from ${module} import ${[...names].sort().join(", ")}`);
  return [...whole, ...parts];
}
