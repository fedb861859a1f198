// Bundles the page of the test with esbuild and with vite into a folder: page-esbuild.js, page-vite.js.
import { join } from "node:path";
import * as esbuild from "esbuild";
import * as vite from "vite";

const FOLDER = process.argv[2];
const PAGE = join(import.meta.dirname, "page/page.ts");
const ENTRY = join(import.meta.dirname, "../../lib/browser.ts");

await esbuild.build({
  entryPoints: [PAGE],
  outfile: join(FOLDER, "page-esbuild.js"),
  bundle: true,
  minify: true,
  platform: "browser",
  format: "esm",
});
await vite.build({
  configFile: false,
  logLevel: "error",
  root: join(import.meta.dirname, "page"),
  resolve: { alias: { rigwire: ENTRY } },
  build: {
    outDir: FOLDER,
    emptyOutDir: false,
    rollupOptions: { input: PAGE, output: { entryFileNames: "page-vite.js" } },
  },
});
