import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { transformFileSync } from "@swc/core";
import { build, type BuildOptions } from "esbuild";
import ts from "typescript";
import { buildCommand, removeFolder, workFolder } from "../cli/support/built-command";

const PROGRAMS = resolve(__dirname, "programs");
const RUN_DEADLINE_MS = 60_000;
const DECORATORS = { experimentalDecorators: true, emitDecoratorMetadata: true };

let folder: string;
/** What is seen where tsc compiles the programs. */
let expected: string[];

beforeAll(async () => {
  buildCommand();
  folder = workFolder();
  cpSync(PROGRAMS, folder, { recursive: true });
  write("package.json", '{ "type": "module" }');
  write("tsconfig.json", JSON.stringify({ compilerOptions: { target: "es2022", ...DECORATORS } }));
  transpile("tsc", ts.ModuleKind.CommonJS);
  expected = await run(["tsc/main.js"]);
}, RUN_DEADLINE_MS);

afterAll(() => removeFolder(folder));

it("tsc: what does not fit is refused, nothing is warned of", () => {
  expect(expected).toContain('add([5]): [5,false,"no label"]');
  expect(expected).toContain("add([1.5]): ValidationError: rig-1.add: n: expected integer, got 1.5");
  expect(expected.filter((line) => line.includes("ValidationError"))).toHaveLength(14);
  expect(expected.filter((line) => line.startsWith("logged:"))).toEqual([]);
});

describe("the checks are those of tsc", () => {
  it("compiled by tsc to ES modules", async () => {
    transpile("esm", ts.ModuleKind.ES2022);
    await expectSame(["esm/main.js"]);
  });

  it("run by tsx", async () => {
    await expectSame(["--import", pathOf("tsx"), "main.ts"]);
  });

  it("bundled by esbuild to an ES module, rigwire with it", async () => {
    await bundle("bundle.mjs", {
      format: "esm",
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
    });
    await expectSame(["bundle.mjs"]);
  });

  it("bundled by esbuild to one CommonJS file, rigwire with it", async () => {
    await bundle("bundle.cjs", { format: "cjs" });
    await expectSame(["bundle.cjs"]);
  });

  it("bundled by esbuild, rigwire beside it", async () => {
    await bundle("program.mjs", { format: "esm", packages: "external" });
    await expectSame(["program.mjs"]);
  });

  it("in vitest", async () => {
    write("vitest.config.mjs", 'export default { test: { include: ["*.vitest.ts"] } };');
    await node([join(dirname(pathOf("vitest/package.json")), "vitest.mjs"), "run"]);
    expect(JSON.parse(readFileSync(join(folder, "seen.json"), "utf8"))).toEqual(expected);
  });

  it.each([true, false])("compiled by swc, which passes types on: %s", async (decoratorMetadata) => {
    for (const name of programs()) {
      const { code } = transformFileSync(join(folder, `${name}.ts`), {
        jsc: {
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata },
          target: "es2022",
        },
        module: { type: "es6" },
      });
      write(`swc/${name}.js`, code);
    }
    await expectSame(["swc/main.js"]);
  });
});

it("a single-file bundle logs as the library does", async () => {
  write(
    "logging.ts",
    'import { defaultLogger } from "rigwire"; defaultLogger().warn({ a: 1 }, "it was logged");',
  );
  await bundle("logging.cjs", { format: "cjs", entryPoints: [join(folder, "logging.ts")] });
  const { stderr } = await node(["logging.cjs"]);
  expect(JSON.parse(stderr)).toMatchObject({ msg: "it was logged", a: 1 });
});

function programs(): string[] {
  const names = readdirSync(PROGRAMS).map((file) => file.replace(/\.ts$/, ""));
  return names.filter((name) => !name.endsWith(".vitest"));
}

function transpile(into: string, module: ts.ModuleKind): void {
  const compilerOptions: ts.CompilerOptions = { target: ts.ScriptTarget.ES2022, module, ...DECORATORS };
  for (const name of programs()) {
    const text = readFileSync(join(folder, `${name}.ts`), "utf8");
    write(`${into}/${name}.js`, ts.transpileModule(text, { compilerOptions }).outputText);
  }
  const type = module === ts.ModuleKind.CommonJS ? "commonjs" : "module";
  write(`${into}/package.json`, JSON.stringify({ type }));
}

/** ZeroMQ brings machine code: a bundle loads it from where it is installed. */
async function bundle(outfile: string, options: BuildOptions): Promise<void> {
  await build({
    entryPoints: [join(folder, "main.ts")],
    outfile: join(folder, outfile),
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["zeromq"],
    logLevel: "error",
    ...options,
  });
}

async function expectSame(args: readonly string[]): Promise<void> {
  expect(await run(args)).toEqual(expected);
}

async function run(args: readonly string[]): Promise<string[]> {
  return JSON.parse((await node(args)).stdout) as string[];
}

async function node(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, args, { cwd: folder, timeout: RUN_DEADLINE_MS });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function pathOf(module: string): string {
  return createRequire(__filename).resolve(module);
}
