import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { builtConsole } from "./opened-console";

const MOST_BYTES = 150_000;

describe("the console's page", () => {
  let folder: string;
  let files: string[];

  beforeAll(async () => {
    folder = await builtConsole();
    files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is at most 150 kB, gzipped", () => {
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    process.stdout.write(`console: ${(bytes / 1_000).toFixed(1)} kB gzipped\n`);

    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
  });

  it("has no script, style or handler in its markup", () => {
    const markup = readFileSync(join(folder, "index.html"), "utf8");

    expect(markup).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });
});
