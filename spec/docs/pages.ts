import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type CodeBlock, codeBlocksOf } from "./code-blocks";

export const PROJECT = resolve(__dirname, "../..");

/** The pages of the documentation, relative to the project. */
export function pages(): string[] {
  const inDocs = readdirSync(join(PROJECT, "docs"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md") && !name.startsWith("api"))
    .map((name) => join("docs", name));
  return ["README.md", ...inDocs.sort()];
}

/** All fenced blocks of the documentation. */
export function documentedBlocks(): CodeBlock[] {
  return pages().flatMap((page) => codeBlocksOf(page, readFileSync(join(PROJECT, page), "utf8")));
}
