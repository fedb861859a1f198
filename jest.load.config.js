const base = require("./jest.config.js");

/**
 * What floods, fills memory, waits or stands still for long, compiles or draws much, or needs a browser: `npm run test:load`.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...base,
  testMatch: ["**/*.load.spec.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
  // They keep the cores busy by themselves, and what one floods the next would be measured by.
  maxWorkers: 1,
};
