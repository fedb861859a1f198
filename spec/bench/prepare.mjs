// Installs the packages of the peers where they are missing, and builds the library and its benchmark.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = dirname(fileURLToPath(import.meta.url));
const root = join(bench, "..", "..");

function run(command, args, cwd = root) {
  execFileSync(command, args, { cwd, stdio: "inherit", shell: process.platform === "win32" });
}

/** What cannot be installed or built is missing in the result, but does not end the benchmark. */
function attempt(what, work) {
  try {
    work();
  } catch (error) {
    console.error(`${what}: ${error.message}`);
  }
}

const packages = join(bench, "node_modules");
if (!existsSync(join(packages, ".package-lock.json"))) {
  attempt("the peers' packages could not be installed", () => run("npm", ["ci"], bench));
}
run("npm", ["run", "--silent", "build"]);
run("npx", ["tsc", "-p", "spec/bench/rpc/tsconfig.build.json"]);
if (existsSync(packages)) {
  attempt("the installed peers could not be built", () =>
    run("npx", ["tsc", "-p", "spec/bench/rpc/peers/installed"]),
  );
}
