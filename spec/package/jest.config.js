const base = require("../../jest.config.js");

/** What is published, in projects of its users; after `node spec/package/pack.mjs`. */
module.exports = { ...base, rootDir: "../..", roots: ["<rootDir>/spec/package"], testPathIgnorePatterns: [] };
