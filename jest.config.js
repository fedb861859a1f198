/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "<rootDir>/spec/support/zeromq-environment.js",
  roots: ["<rootDir>/spec"],
  testMatch: ["**/*.spec.ts"],
  transform: { "^.+\\.ts$": ["ts-jest", { tsconfig: "tsconfig.json" }] },
  moduleNameMapper: { "^rigwire$": "<rootDir>/lib/index.ts" },
  setupFiles: ["reflect-metadata"],
  testTimeout: 15_000,
};
