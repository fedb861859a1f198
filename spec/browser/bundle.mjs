// Bundles the pages of the tests with esbuild and with vite into a folder: page-esbuild.js, page-vite.js and so on.
import { join } from "node:path";
import * as esbuild from "esbuild";
import * as vite from "vite";

const FOLDER = process.argv[2];
const PAGES = join(import.meta.dirname, "page");
const LIBRARY = join(import.meta.dirname, "../../lib");

for (const name of ["page", "page-of-classes"]) {
  const page = join(PAGES, `${name}.ts`);
  await esbuild.build({
    entryPoints: [page],
    outfile: join(FOLDER, `${name}-esbuild.js`),
    bundle: true,
    minify: true,
    platform: "browser",
    format: "esm",
  });
  await vite.build({
    configFile: false,
    logLevel: "error",
    root: PAGES,
    resolve: {
      alias: [
        { find: /^rigwire$/, replacement: join(LIBRARY, "browser.ts") },
        {
          find: /^rigwire\/browser\/class-transformer$/,
          replacement: join(LIBRARY, "browser-class-transformer.ts"),
        },
      ],
    },
    build: {
      outDir: FOLDER,
      emptyOutDir: false,
      rollupOptions: { input: page, output: { entryFileNames: `${name}-vite.js` } },
    },
  });
}
