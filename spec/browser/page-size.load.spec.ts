import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const PROJECT = join(__dirname, "../..");
const MOST_BYTES = 45_000;

async function bundled(entry: string) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(PROJECT, entry)],
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
  it("is at most 45 kB, gzipped, without rxjs and reflect-metadata", async () => {
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
