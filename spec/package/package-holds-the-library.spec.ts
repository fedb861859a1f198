import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { packedFiles, PROJECT } from "./packed";

/** Where the console's page is built. */
const CONSOLE = "build/console/";

/** Every source of the library gives its script and its types, and there is nothing else. */
function expectedFiles(): string[] {
  const sources = ["lib", "decorators"].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.startsWith("console/"))
      .map((name) => join(folder, name.slice(0, -".ts".length))),
  );
  const compiled = sources.flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]);
  const python = join("lib", "cli", "contract", "exports", "python", "runtime");
  const parts = readdirSync(join(PROJECT, python)).filter((name) => name.endsWith(".py"));
  const texts = [
    ...parts.map((name) => `dist/${python}/${name}`),
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "package.json",
  ];
  return [...texts, ...compiled, "dist/esm/package.json", ...forPages()];
}

/** What the entries for pages lead to, once more as ES modules. */
function forPages(): string[] {
  const args = [
    join(PROJECT, "node_modules/typescript/bin/tsc"),
    "-p",
    "tsconfig.esm.json",
    "--listFilesOnly",
  ];
  const listed = execFileSync(process.execPath, args, { cwd: PROJECT, encoding: "utf8" }).trim().split("\n");
  return listed
    .map((file) => relative(PROJECT, file))
    .filter((file) => !file.startsWith("node_modules"))
    .map((file) => file.slice(0, -".ts".length))
    .flatMap((name) => [`dist/esm/${name}.js`, `dist/esm/${name}.d.ts`]);
}

describe("the package", () => {
  it("holds what the sources give, and no more", () => {
    const paths = packedFiles().map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith(CONSOLE)).sort()).toEqual(expectedFiles().sort());
  });

  it("holds the console as a browser loads it: a page, and what it names", () => {
    const files = packedFiles().map(({ path }) => path);
    const page = readFileSync(join(PROJECT, CONSOLE, "index.html"), "utf8");
    const named = [...page.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map(
      ([, name]) => `${CONSOLE}${name ?? ""}`,
    );

    expect(named).toHaveLength(3);
    expect(files.filter((path) => path.startsWith(CONSOLE)).sort()).toEqual(
      [...named, `${CONSOLE}index.html`].sort(),
    );
  });

  it("has a command that can be executed", () => {
    const main = packedFiles().find(({ path }) => path === "dist/lib/cli/main.js");
    expect(main!.mode & 0o111).toBe(0o111);
  });
});
