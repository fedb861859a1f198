import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type BuildOptions } from "esbuild";

const PROJECT = join(__dirname, "../..");
/** Of a page that commands devices, listens to signals, and shares contracts. */
const MOST_BYTES_OF_A_PAGE = 45_700;
/** With everything that the entry has. */
const MOST_BYTES = 48_800;

const USUAL_PAGE = `export {
  Arg, clientOf, connect, JsonMethod, nd, RpcProperty, RpcService, Signal, StreamMethod, withOptions
} from "./lib/browser";
export * from "./lib/errors";`;

function bundled(entry: string) {
  return bundle({ entryPoints: [join(PROJECT, entry)] });
}

async function bundle(source: BuildOptions) {
  const { outputFiles, metafile } = await build({
    ...source,
    absWorkingDir: PROJECT,
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
    external: ["rxjs", "reflect-metadata"],
    metafile: true,
    write: false,
  });
  return { bytes: gzipSync(outputFiles[0]!.contents).length, inputs: Object.keys(metafile.inputs) };
}

describe("what a page loads of rigwire", () => {
  it("is at most 45.7 kB, gzipped, without rxjs, reflect-metadata, and what it does not use", async () => {
    const stdin = { contents: USUAL_PAGE, resolveDir: PROJECT, loader: "ts" } as const;
    const { bytes } = await bundle({ stdin });
    process.stdout.write(`a page: ${(bytes / 1000).toFixed(1)} kB gzipped\n`);

    expect(bytes).toBeLessThanOrEqual(MOST_BYTES_OF_A_PAGE);
  });

  it("is at most 48.8 kB where it uses everything", async () => {
    const { bytes } = await bundled("lib/browser.ts");
    process.stdout.write(`rigwire/browser: ${(bytes / 1000).toFixed(1)} kB gzipped\n`);

    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  });

  it("has no other package in it", async () => {
    const { inputs } = await bundled("lib/browser.ts");

    expect(inputs.filter((input) => input.includes("node_modules"))).toEqual([]);
  });

  it("has class-transformer in it only where a page asks for it", async () => {
    const { inputs } = await bundled("lib/browser-class-transformer.ts");
    const packages = inputs.flatMap((input) => /^node_modules\/([^/]+)/.exec(input)?.[1] ?? []);

    expect([...new Set(packages)]).toEqual(["class-transformer"]);
  });
});
