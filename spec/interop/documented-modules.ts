import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { codeBlocksOf } from "../docs/code-blocks";

const DOCS = resolve(__dirname, "../../docs");

/** Python modules as the documentation shows them, in a folder for `PYTHONPATH`. */
export class DocumentedModules {
  readonly folder = mkdtempSync(join(tmpdir(), "rigwire-python-"));

  /**
   * @param page - Such as `arrays.md`.
   * @param name - The module's file, which its first line names.
   */
  add(page: string, name: string): this {
    const path = join(DOCS, page);
    const blocks = codeBlocksOf(path, readFileSync(path, "utf8"));
    const module = blocks.find(({ lines }) => lines[0]?.startsWith(`"""${name}:`));
    if (module === undefined) throw new Error(`${page} shows no ${name}`);
    writeFileSync(join(this.folder, name), module.lines.join("\n"));
    return this;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
