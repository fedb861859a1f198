// Makes dist/lib/index.js load each module when its first export is asked for. Few programs need more than a part of the
// package, and what is never loaded takes no time at the start, no memory, and no time of the garbage collector.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ENTRY = join(import.meta.dirname, "dist", "lib", "index.js");

/** As TypeScript compiles `export { … } from "…"`. */
const REQUIRED = /^var (?<id>\w+) = require\((?<path>"[^"]+")\);$/;
const EXPORTED =
  /^Object\.defineProperty\(exports, (?<name>"\w+"), \{ enumerable: true, get: function \(\) \{ return (?<id>\w+)\.(?<member>\w+); \} \}\);$/;

const LAZILY = `
/** Replaces itself by the value: the next access costs nothing. */
function lazily(name, valueOf) {
  const replace = (value) => Object.defineProperty(exports, name, { enumerable: true, value });
  Object.defineProperty(exports, name, {
    enumerable: true,
    configurable: true,
    get: () => replace(valueOf())[name],
  });
}
`;

const source = readFileSync(ENTRY, "utf8");
// An incremental build leaves alone what has not changed.
if (!source.includes(LAZILY)) writeFileSync(ENTRY, `${lazy(source)}${LAZILY}`);

function lazy(text) {
  const paths = new Map();
  const lines = text.split("\n").flatMap((line) => {
    const required = REQUIRED.exec(line)?.groups;
    if (required !== undefined) {
      paths.set(required.id, required.path);
      return [];
    }
    const exported = EXPORTED.exec(line)?.groups;
    if (exported === undefined) return [line];
    return [`lazily(${exported.name}, () => require(${paths.get(exported.id)}).${exported.member});`];
  });
  if (paths.size === 0) throw new Error(`${ENTRY} is not what TypeScript used to make of it`);
  return lines.join("\n");
}
