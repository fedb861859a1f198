// The binding's native part lives as long as a process of jest, and keeps functions of the module that loaded it first.
// Loaded by a test file, these would end with that file; loaded here, they serve every file that follows.
require("zeromq");

module.exports = require("jest-environment-node").TestEnvironment;
