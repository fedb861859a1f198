import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { packedFiles, PROJECT } from "./packed";

/** Every source of the library gives its script and its types, and there is nothing else. */
function expectedFiles(): string[] {
  const sources = ["lib", "decorators"].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
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
    expect(paths.sort()).toEqual(expectedFiles().sort());
  });

  it("has a command that can be executed", () => {
    const main = packedFiles().find(({ path }) => path === "dist/lib/cli/main.js");
    expect(main!.mode & 0o111).toBe(0o111);
  });
});
