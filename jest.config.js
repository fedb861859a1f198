/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "<rootDir>/spec/support/zeromq-environment.js",
  roots: ["<rootDir>/spec"],
  testMatch: ["**/*.spec.ts"],
  // They need the packed package and a registry: `npm run check:package`.
  // And what loads the machine: `npm run test:load`.
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/spec/package/", "\\.(load|alone)\\.spec\\.ts$"],
  transform: { "^.+\\.ts$": ["<rootDir>/spec/support/transform.js", { tsconfig: "tsconfig.json" }] },
  moduleNameMapper: {
    // In one file: it is loaded anew for each spec.
    "^rxjs$": "<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.js",
    "^rigwire$": "<rootDir>/lib/index.ts",
    "^rigwire/testing$": "<rootDir>/lib/testing.ts",
  },
  setupFiles: ["reflect-metadata", "<rootDir>/spec/support/runtime.ts"],
  // A shared machine may stop for longer than a test allows: there a test that fails is run once more, and both are printed.
  setupFilesAfterEnv: process.env.CI === "true" ? ["<rootDir>/spec/support/once-more.ts"] : [],
  testTimeout: 15_000,
  // Most tests wait for sockets and processes: with two more than there are cores, these are busy all the same.
  maxWorkers: 4,
};
