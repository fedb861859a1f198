// Makes the entry of the package load what it exports when it is needed.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lazyEntry } from "./lazy-entry.cjs";

const ENTRY = join(import.meta.dirname, "dist", "lib", "index.js");

writeFileSync(ENTRY, lazyEntry(readFileSync(ENTRY, "utf8")));
