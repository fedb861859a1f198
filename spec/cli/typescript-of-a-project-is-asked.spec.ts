import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();

function writeOptions(compilerOptions: object): void {
  rigwire.write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["oven.ts"] }));
}

/** What `rigwire doctor` finds in the project's tsconfig.json. */
async function finding(): Promise<unknown> {
  const { stdout } = await rigwire.run("doctor", "--json");
  const findings = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { subject: string });
  return findings.find(({ subject }) => subject === "tsconfig.json");
}

describe("in the folder of a project, rigwire doctor", () => {
  it("tells a project that compiles decorators as they must be from others", async () => {
    rigwire.write("oven.ts", "export {};\n");
    writeOptions({ experimentalDecorators: true, emitDecoratorMetadata: true });
    expect(await finding()).toMatchObject({ status: "well" });
    writeOptions({ experimentalDecorators: true });
    expect(await finding()).toMatchObject({
      status: "broken",
      cure: expect.stringContaining('"emitDecoratorMetadata": true'),
    });
    writeOptions({});
    expect(await finding()).toMatchObject({
      status: "warning",
      text: expect.stringContaining("decorators are standard ones"),
      cure: expect.stringContaining('"experimentalDecorators": true'),
    });
  });

  it("says why it cannot be known", async () => {
    rigwire.write("tsconfig.json", '{ "files": ["missing.ts"], "extends": "./missing.json" }');
    expect(await finding()).toMatchObject({
      status: "warning",
      text: expect.stringContaining("missing.json"),
    });
  });
});

describe("a typescript that other programs cannot use, as version 7 is,", () => {
  beforeAll(() => {
    mkdirSync(join(rigwire.folder, "node_modules", "typescript"), { recursive: true });
    const write = (file: string, text: string) => rigwire.write(`node_modules/typescript/${file}`, text);
    write("package.json", '{ "main": "version.js", "bin": { "tsc": "tsc.js" } }');
    write("version.js", 'module.exports = { version: "7.0.2" };');
    write("tsc.js", "process.stdout.write(require('node:fs').readFileSync(process.argv.at(-1)));");
  });

  it("cannot serve a .ts file, and the error says what can", async () => {
    rigwire.write("oven.ts", "export class Oven {}\n");
    const { code, stderr } = await rigwire.run("serve", "oven.ts");
    expect(stderr).toMatch(
      /oven\.ts is TypeScript, and typescript 7\.0\.2 does not compile for other programs: /,
    );
    expect(stderr).toContain("compile it and serve the .js file, or npm install -D typescript@6");
    expect(code).toBe(2);
  });

  it("tells rigwire doctor its options", async () => {
    writeOptions({ experimentalDecorators: true, emitDecoratorMetadata: true });
    expect(await finding()).toMatchObject({ status: "well" });
  });
});
