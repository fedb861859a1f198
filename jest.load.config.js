const base = require("./jest.config.js");

/**
 * What fills memory, waits or stands still for long, compiles or draws much, or needs a browser: `npm run test:load`.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...base,
  testMatch: ["**/*.load.spec.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  // Each starts processes of its own.
  maxWorkers: 2,
};
