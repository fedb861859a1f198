// Builds the console's page into the package: `npm run build:console`.
import { join } from "node:path";
import { defineConfig } from "vite";

const PROJECT = join(import.meta.dirname, "../..");

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: join(PROJECT, "build/console"),
    emptyOutDir: true,
    // Data URLs and scripts within the page would need a weaker Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    reportCompressedSize: false,
  },
});
