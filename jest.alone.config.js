const base = require("./jest.load.config.js");

/**
 * What floods and looks how long others wait, or how much memory is taken: `npm run test:load` runs it after the others,
 * one by one. What one floods the next would be measured by.
 *
 * @type {import("jest").Config}
 */
module.exports = {
  ...base,
  testMatch: ["**/*.alone.spec.ts"],
  maxWorkers: 1,
};
