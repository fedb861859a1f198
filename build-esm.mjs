// Compiles what pages load into ES modules, dist/esm. The sources name each other without an ending; ES modules have one.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const PROJECT = import.meta.dirname;

/** Those that do more than export: bundlers leave out the others where nothing of them is used. */
const WITH_EFFECTS = [
  "./lib/browser.js",
  "./lib/browser-class-transformer.js",
  "./lib/contract/decorated-member.js",
  "./lib/contract/records.js",
];

const host = {
  ...ts.sys,
  onUnRecoverableConfigFileDiagnostic: (diagnostic) => fail([diagnostic]),
};
const config = ts.getParsedCommandLineOfConfigFile(join(PROJECT, "tsconfig.esm.json"), {}, host);
const program = ts.createProgram(config.fileNames, config.options);
const transformer = (context) => (node) => withEndings(node, context);
const transformers = { after: [transformer], afterDeclarations: [transformer] };
const { diagnostics } = program.emit(undefined, undefined, undefined, false, transformers);
fail([...ts.getPreEmitDiagnostics(program), ...diagnostics]);
mkdirSync(config.options.outDir, { recursive: true });
writeFileSync(
  join(config.options.outDir, "package.json"),
  `${JSON.stringify({ type: "module", sideEffects: WITH_EFFECTS }, undefined, 2)}\n`,
);

/** Every relative name of a module with the ending of its file. */
function withEndings(root, context) {
  const { factory } = context;
  const visit = (node) => {
    if (ts.isStringLiteral(node) && node.text.startsWith(".")) {
      return factory.createStringLiteral(`${node.text}.js`);
    }
    return node;
  };
  const look = (node) => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      return ts.visitEachChild(node, visit, context);
    return ts.visitEachChild(node, ts.isImportTypeNode(node) ? inImportType : look, context);
  };
  const inImportType = (node) =>
    ts.isLiteralTypeNode(node) ? ts.visitEachChild(node, visit, context) : look(node);
  return ts.visitNode(root, look);
}

function fail(problems) {
  if (problems.length === 0) return;
  console.error(
    ts.formatDiagnostics(problems, {
      ...ts.sys,
      getCanonicalFileName: (name) => name,
      getNewLine: () => "\n",
    }),
  );
  process.exit(1);
}
