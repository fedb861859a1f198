import { join } from "node:path";

/** The package's own folder, seen from build/bench/rpc. */
export const ROOT = join(__dirname, "..", "..", "..");

export const BENCH_FOLDER = join(ROOT, "spec", "bench");

/** Where the packages of the peers are. */
export const BENCH_PACKAGES = join(BENCH_FOLDER, "node_modules");

export const SERVER_FILE = join(__dirname, "processes", "server-process.js");
export const CLIENT_FILE = join(__dirname, "processes", "client-process.js");

export const PERFORMANCE_PAGE = join(ROOT, "docs", "performance.md");
export const CHART = join(ROOT, "docs", "images", "performance.svg");
