/** As TypeScript compiles `export { … } from "…"`. */
const REQUIRED = /^(?:var|const) (?<id>\w+) = require\((?<path>"[^"]+")\);$/;
const EXPORTED =
  /^Object\.defineProperty\(exports, (?<name>"\w+"), \{ enumerable: true, get: function \(\) \{ return (?<id>\w+)\.(?<member>\w+); \} \}\);$/;

/** In one line, so that what a source map says of the others stays true. */
const LAZILY =
  "function lazily(name, valueOf) { " +
  "const get = () => (Object.defineProperty(exports, name, { enumerable: true, value: valueOf() }), exports[name]); " +
  "Object.defineProperty(exports, name, { enumerable: true, configurable: true, get }); }";

/**
 * Makes the package's entry load each module when its first export is asked for. Few programs need more than a part of
 * the package, and what is never loaded takes no time at the start, no memory, and no time of the garbage collector.
 *
 * @param {string} entry - The JavaScript of lib/index.ts. What was made lazy already is not changed.
 * @returns {string} As many lines.
 */
exports.lazyEntry = function lazyEntry(entry) {
  if (entry.includes(LAZILY)) return entry;
  const paths = new Map();
  const lines = entry.split("\n").map((line) => {
    const required = REQUIRED.exec(line)?.groups;
    if (required !== undefined) {
      paths.set(required.id, required.path);
      return "";
    }
    const exported = EXPORTED.exec(line)?.groups;
    const path = paths.get(exported?.id);
    return path === undefined ? line : `lazily(${exported.name}, () => require(${path}).${exported.member});`;
  });
  if (paths.size === 0) throw new Error("the entry is not what TypeScript used to make of it");
  lines[lines.indexOf("")] = LAZILY;
  return lines.join("\n");
};
