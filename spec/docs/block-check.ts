import { spawnSync } from "node:child_process";
import { flattenDiagnosticMessageText, parseConfigFileTextToJson } from "typescript";
import { type CodeBlock, placeOf } from "./code-blocks";
import { isForShell, scriptOf, wrongCommands } from "./documented-commands";
import { isModule } from "./page-modules";

/** Nobody can check a picture but by looking at it. */
const PICTURES = new Set(["mermaid"]);

const DEADLINE_MS = 10_000;

const PARSE_PYTHON = `
import ast, json, sys
for block in json.load(sys.stdin):
    try:
        ast.parse("\\n".join(block["lines"]))
    except SyntaxError as error:
        print(f"{block['place']} {error}")
`;

/**
 * What is wrong with a block that is no module and no Python, or that nothing checks it.
 */
export async function complaintsAbout(block: CodeBlock): Promise<string[]> {
  const excuse = block.marks.get("unchecked");
  if (excuse !== undefined) return excuse === "" ? [`${placeOf(block)} "unchecked" needs a reason`] : [];
  if (block.marks.has("output") || isModule(block) || PICTURES.has(block.language)) return [];
  if (isForShell(block)) return [...shellComplaints(block), ...(await wrongCommands(block))];
  switch (block.language) {
    case "python":
    case "nats":
      return [];
    case "json":
    case "jsonc":
      return jsonComplaints(block);
    default:
      return [`${placeOf(block)} nothing checks a block of "${block.language}": mark it output or unchecked`];
  }
}

function shellComplaints(block: CodeBlock): string[] {
  if (block.language === "console" && scriptOf(block) === "")
    return [`${placeOf(block)} no line begins with "$ "`];
  const { error, status, stderr } = spawnSync("bash", ["-n"], {
    input: `${scriptOf(block)}\n`,
    encoding: "utf8",
    timeout: DEADLINE_MS,
  });
  if (error !== undefined) return [`${placeOf(block)} bash does not run: ${error.message}`];
  return status === 0 ? [] : [`${placeOf(block)} ${stderr.trim()}`];
}

function jsonComplaints(block: CodeBlock): string[] {
  const text = block.lines.join("\n");
  if (block.language === "jsonc") {
    const { error } = parseConfigFileTextToJson(block.page, text);
    if (error === undefined) return [];
    return [`${placeOf(block)} ${flattenDiagnosticMessageText(error.messageText, " ")}`];
  }
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [`${placeOf(block)} ${String(error)}`];
  }
}

/** What Python says of its blocks, all at once. */
export function pythonComplaints(blocks: readonly CodeBlock[]): string[] {
  const ofPython = blocks.filter(({ language, marks }) => language === "python" && !marks.has("unchecked"));
  if (ofPython.length === 0) return [];
  const { error, stdout, stderr } = spawnSync("python3", ["-c", PARSE_PYTHON], {
    input: JSON.stringify(ofPython.map((block) => ({ place: placeOf(block), lines: block.lines }))),
    encoding: "utf8",
    timeout: DEADLINE_MS,
  });
  if (error !== undefined) return [`python3 does not run: ${error.message}`];
  return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
}
