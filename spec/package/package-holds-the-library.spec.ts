import { readdirSync } from "node:fs";
import { join } from "node:path";
import { packedFiles, PROJECT } from "./packed";

/** Every source of the library gives its script and its types, and there is nothing else. */
function expectedFiles(): string[] {
  const sources = ["lib", "decorators"].flatMap((folder) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name.slice(0, -".ts".length))),
  );
  const compiled = sources.flatMap((name) => [`dist/${name}.js`, `dist/${name}.d.ts`]);
  return ["CHANGELOG.md", "LICENSE", "README.md", "package.json", ...compiled];
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
