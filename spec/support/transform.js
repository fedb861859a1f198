const { default: tsJest } = require("ts-jest");
const { lazyEntry } = require("../../lazy-entry.cjs");

/** TypeScript, with the package's entry as lazy as in the package. */
module.exports.createTransformer = (options) => {
  const compiler = tsJest.createTransformer(options);
  return {
    getCacheKey: (...args) => `lazy-${compiler.getCacheKey(...args)}`,
    process(source, path, ...rest) {
      const compiled = compiler.process(source, path, ...rest);
      return path.endsWith("/lib/index.ts") ? { ...compiled, code: lazyEntry(compiled.code) } : compiled;
    },
  };
};
