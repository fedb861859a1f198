import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { PROJECT, TARBALL } from "./packed";

const INSTALL_DEADLINE_MS = 120_000;
const RUN_DEADLINE_MS = 60_000;

/** The compilers of users; the older one is installed beside the package. */
export const COMPILERS = { "TypeScript 5.9": "typescript-5.9", "TypeScript 6": "typescript" } as const;

export type Compiler = keyof typeof COMPILERS;

/** A folder in which the packed package is installed from the registry, as its users do it. */
export class UserProject {
  readonly folder = mkdtempSync(join(tmpdir(), "rigwire-user-"));

  async install(): Promise<void> {
    const manifest = {
      private: true,
      dependencies: { rigwire: `file:${TARBALL}` },
      devDependencies: { "typescript-5.9": "npm:typescript@5.9.3" },
    };
    this.write("package.json", JSON.stringify(manifest));
    const args = ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel", "error"];
    await promisify(execFile)("npm", args, {
      cwd: this.folder,
      timeout: INSTALL_DEADLINE_MS,
      shell: process.platform === "win32",
    });
  }

  write(path: string, text: string): void {
    mkdirSync(join(this.folder, dirname(path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  /** Runs a compiler on the `tsconfig.json` of a folder; fails with what it says. */
  async compile(compiler: Compiler, folder: string): Promise<void> {
    const name = COMPILERS[compiler];
    const at = name === "typescript" ? PROJECT : this.folder;
    await this.node([join(at, "node_modules", name, "bin/tsc"), "-p", folder]);
  }

  /** Runs node to its end, and gives what it prints; fails where node does, with all that was printed. */
  async node(args: readonly string[]): Promise<string> {
    try {
      const options = { cwd: this.folder, timeout: RUN_DEADLINE_MS };
      return (await promisify(execFile)(process.execPath, args, options)).stdout;
    } catch (error) {
      const { message, stdout, stderr } = error as Error & { stdout: string; stderr: string };
      throw new Error(`${message}\n${stdout}${stderr}`, { cause: error });
    }
  }

  /** A file of the installed package. */
  installed(path: string): string {
    return readFileSync(join(this.folder, "node_modules/rigwire", path), "utf8");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
