import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { placeOf } from "./code-blocks";
import { type PageModule } from "./page-modules";

const CONTEXT = join(__dirname, "context");

/** What pages need and do not show, by file name. */
export function contextFiles(): Map<string, string> {
  return new Map(readdirSync(CONTEXT).map((file) => [file, readFileSync(join(CONTEXT, file), "utf8")]));
}

/** The lines of a module as its page has them. */
export function ownText({ blocks }: PageModule): string {
  return blocks.flatMap(({ lines }) => lines).join("\n");
}

/**
 * A module as it is compiled: what it needs is imported, in front of its first line, so that lines stay what they are.
 *
 * @param modules - All of its page, at least.
 */
export function moduleText(module: PageModule, modules: readonly PageModule[]): string {
  const own = ownText(module);
  const taken = declaredNames(own);
  const imports = module.needs.map((need) => {
    const { source, specifier } = neededFile(module, need, modules);
    const names = exportedNames(source).filter(({ name }) => !taken.has(name));
    for (const { name } of names) taken.add(name);
    const list = names.map(({ name, isType }) => (isType ? `type ${name}` : name));
    return `import { ${list.join(", ")} } from ${JSON.stringify(specifier)}; `;
  });
  // A block without imports and exports is a module nevertheless.
  return `${imports.join("")}${own}\nexport {};\n`;
}

function neededFile(
  { page, blocks }: PageModule,
  need: string,
  modules: readonly PageModule[],
): { source: string; specifier: string } {
  const file = need.endsWith(".ts") ? need : `${need}.ts`;
  const ofPage = modules.find((other) => other.page === page && other.file === need);
  const source = ofPage === undefined ? contextFiles().get(file) : ownText(ofPage);
  if (source !== undefined) return { source, specifier: `./${file.replace(/\.ts$/, ".js")}` };
  throw new Error(
    `${placeOf(blocks[0]!)}: needs "${need}", which is no file of the page nor of spec/docs/context`,
  );
}

interface ExportedName {
  readonly name: string;
  readonly isType: boolean;
}

function exportedNames(source: string): ExportedName[] {
  return parsed(source).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement) && statement.exportClause !== undefined) {
      if (!ts.isNamedExports(statement.exportClause)) return [];
      const isTypes = statement.isTypeOnly;
      return statement.exportClause.elements.map(({ name, isTypeOnly }) => ({
        name: name.text,
        isType: isTypes || isTypeOnly,
      }));
    }
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return namesOf(statement).map((name) => ({ name, isType }));
  });
}

/** What a module declares or imports at its top. */
function declaredNames(source: string): Set<string> {
  return new Set(parsed(source).statements.flatMap(namesOf));
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  }
  if (ts.isImportDeclaration(statement)) {
    const bindings = statement.importClause?.namedBindings;
    const named = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
    return [statement.importClause, ...named].flatMap((each) => each?.name?.text ?? []);
  }
  const isNamed =
    ts.isClassDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement);
  return isNamed && statement.name !== undefined ? [statement.name.text] : [];
}

function boundNames(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
}

function parsed(source: string): ts.SourceFile {
  return ts.createSourceFile("module.ts", source, ts.ScriptTarget.Latest);
}
