// Runs all tests with another seed of the property-based ones each time, for the night. Prints it, to run it again.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";

const seed = process.env.RIGWIRE_SEED ?? String(randomInt(2 ** 31));
console.log(`property-based tests run with RIGWIRE_SEED=${seed}`);
const { status } = spawnSync("npx", ["jest", ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, RIGWIRE_SEED: seed },
});
console.log(`that was RIGWIRE_SEED=${seed}`);
process.exitCode = status ?? 1;
