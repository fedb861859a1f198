import { join } from "node:path";

/** The package's own folder, seen from build/bench/rpc. */
export const ROOT = join(__dirname, "..", "..", "..");

export const BENCH_FOLDER = join(ROOT, "spec", "bench");

/** Where the packages of the peers are. */
export const BENCH_PACKAGES = join(BENCH_FOLDER, "node_modules");

export const SERVER_FILE = join(__dirname, "processes", "server-process.js");
export const CLIENT_FILE = join(__dirname, "processes", "client-process.js");

/** The parts of a fleet. */
export const FLEET_DEVICES_FILE = join(__dirname, "fleet", "device-process.js");
export const FLEET_DIRECTORY_FILE = join(__dirname, "fleet", "directory-process.js");
export const FLEET_CALLER_FILE = join(__dirname, "fleet", "caller-process.js");
export const LEAF_FILE = join(__dirname, "fleet", "leaf-process.js");
export const CONNECTIONS_FILE = join(__dirname, "fleet", "connections-process.js");

export const PERFORMANCE_PAGE = join(ROOT, "docs", "performance.md");
export const CHART = join(ROOT, "docs", "images", "performance.svg");
