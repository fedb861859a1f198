import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import manifest from "../../package.json";
import { build } from "esbuild";
import { ownText } from "../docs/module-text";
import { type PageModule, pageModules } from "../docs/page-modules";
import { documentedBlocks } from "../docs/pages";
import { freePort } from "../support/free-port";
import { packedFiles } from "./packed";
import { type Compiler, UserProject } from "./user-project";

/** What `import "rigwire"` may load; all else comes when it is used. */
const LOADED_AT_ONCE = ["reflect-metadata", "rigwire", "rxjs"];

type ModuleKind = "CommonJS" | "ES modules";

const project = new UserProject();

beforeAll(() => project.install(), 150_000);
afterAll(() => project.remove());

describe("the README's first example in a project of its own", () => {
  it.each<[ModuleKind, Compiler]>([
    ["CommonJS", "TypeScript 5.9"],
    ["CommonJS", "TypeScript 6"],
    ["ES modules", "TypeScript 5.9"],
    ["ES modules", "TypeScript 6"],
  ])(
    "compiles and runs: %s, %s",
    async (kind, compiler) => {
      const folder = `${kind}-${compiler}`.replaceAll(" ", "-");
      await writeExample(folder, kind);
      await project.compile(compiler, folder);

      const device = spawn(process.execPath, [join(project.folder, folder, "device.js")], {
        stdio: "inherit",
      });
      const ended = once(device, "close");
      try {
        expect(await project.node([join(folder, "scan.js")])).toBe(
          "mode is VIDEO\nat 0.35 m: 5 bytes of jpeg\n",
        );
      } finally {
        device.kill();
        await ended;
      }
    },
    90_000,
  );
});

describe("the installed package", () => {
  it("gives the same names to both kinds of modules", async () => {
    const required = await project.node(["-p", 'JSON.stringify(Object.keys(require("rigwire")).sort())']);
    project.write(
      "names.mjs",
      'import * as all from "rigwire"; console.log(JSON.stringify(Object.keys(all).sort()));',
    );
    const imported = JSON.parse(await project.node(["names.mjs"])) as string[];
    const added = new Set(["default", "module.exports", "__esModule"]);
    const names = (list: string[]) => list.filter((name) => !added.has(name));
    expect(names(imported)).toEqual(names(JSON.parse(required) as string[]));
    expect(imported).toContain("RpcService");
  });

  it("loads neither its command nor what is optional before it is used", async () => {
    const printed = await project.node([
      "-p",
      'require("rigwire"); JSON.stringify(Object.keys(require.cache))',
    ]);
    const loaded = (JSON.parse(printed) as string[]).map((path) =>
      path.replaceAll("\\", "/").replace(/^.*?\/node_modules\//, ""),
    );
    expect([...new Set(loaded.map((path) => path.split("/")[0]))].sort()).toEqual(LOADED_AT_ONCE.sort());
    expect(loaded.filter((path) => path.startsWith("rigwire/dist/lib/cli/"))).toEqual([]);
  });

  it("has a command", async () => {
    const printed = await project.node(["node_modules/rigwire/dist/lib/cli/main.js", "--version"]);
    expect(printed).toBe(`${manifest.version}\n`);
    expect(project.installed("dist/lib/cli/main.js")).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it.each(["rigwire", "rigwire/browser"])("gives a page's bundle the entry for pages as %s", async (name) => {
    project.write("page.js", `export { JsonMethod, connect, clientOf } from "${name}";`);
    const { metafile } = await build({
      absWorkingDir: project.folder,
      entryPoints: ["page.js"],
      bundle: true,
      platform: "browser",
      format: "esm",
      metafile: true,
      write: false,
    });
    const inputs = Object.keys(metafile.inputs);
    const packages = inputs.flatMap((input) => /^node_modules\/([^/]+)/.exec(input)?.[1] ?? []);

    expect([...new Set(packages)].sort()).toEqual(["reflect-metadata", "rigwire", "rxjs", "tslib"]);
    expect(inputs.filter((input) => input.startsWith("node_modules/rigwire/dist/lib/"))).toEqual([]);
  });

  it("refers to no source that is not in it", () => {
    const scripts = packedFiles().filter(({ path }) => /\.(js|d\.ts)$/.test(path));
    const referring = scripts.filter(({ path }) => project.installed(path).includes("sourceMappingURL="));
    expect(referring).toEqual([]);
  });
});

async function writeExample(folder: string, kind: ModuleKind): Promise<void> {
  const compilerOptions = {
    target: "es2022",
    module: "node20",
    strict: true,
    skipLibCheck: false,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  };
  project.write(`${folder}/tsconfig.json`, JSON.stringify({ compilerOptions }));
  project.write(
    `${folder}/package.json`,
    JSON.stringify({ type: kind === "CommonJS" ? "commonjs" : "module" }),
  );
  const port = await freePort();
  for (const module of firstExample()) {
    const text = ownText(module).replaceAll(":9000", `:${port}`);
    project.write(`${folder}/${module.file}`, kind === "CommonJS" ? withoutTopLevelAwait(text) : text);
  }
}

function firstExample(): PageModule[] {
  const modules = pageModules(documentedBlocks());
  return ["camera.ts", "device.ts", "scan.ts"].map((file) => {
    const found = modules.find((module) => module.page === "README.md" && module.file === file);
    if (found === undefined) throw new Error(`the README has no ${file}`);
    return found;
  });
}

/** A CommonJS module awaits in a function only. */
function withoutTopLevelAwait(text: string): string {
  if (!/^(?:const .* = )?await /m.test(text)) return text;
  const lines = text.split("\n");
  const imports = lines.filter((line) => line.startsWith("import "));
  const others = lines.filter((line) => !line.startsWith("import "));
  return `${imports.join("\n")}\nvoid (async () => {\n${others.join("\n")}\n})();\n`;
}
