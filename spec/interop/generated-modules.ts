import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { generateKeys, type KeyPair, writeKeyFiles } from "rigwire";
import { type CommandLine, commandLine } from "../cli/support/command-line";
import { type Python, type PythonPeer, type PythonPeerOptions } from "./python-peer";

/** Modules of Python that `rigwire types` writes, in a folder of a suite. */
export class GeneratedModules {
  private readonly rigwire: CommandLine = commandLine();

  /** Call it in a `describe`. */
  constructor(private readonly python: Python) {}

  path(...names: readonly string[]): string {
    return join(this.rigwire.folder, ...names);
  }

  /**
   * Writes the module of a device, as its user does.
   *
   * @param device - Its URL, or the file of its class.
   * @param file - Such as `stage.py`.
   */
  async write(device: string, file: string, ...options: readonly string[]): Promise<void> {
    const { code, stdout, stderr } = await this.rigwire.run("types", device, "--as", "python", ...options);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    this.rigwire.write(file, stdout);
  }

  /** Writes a program beside the modules. */
  add(file: string, lines: readonly string[]): void {
    this.rigwire.write(file, `${lines.join("\n")}\n`);
  }

  /** Makes a pair of keys, with its files in the folder: `NAME.key` and `NAME.pub`. */
  keys(name: string): KeyPair {
    const keys = generateKeys();
    writeKeyFiles(this.path("keys", name), keys);
    return keys;
  }

  /** Starts a script of `spec/interop/python/` that imports modules of the folder. */
  start(script: string, args: readonly string[], options: PythonPeerOptions = {}): PythonPeer {
    return this.python.start(script, args, { ...options, env: { PYTHONPATH: this.path() } });
  }

  /** What mypy says of files of the folder at its strictest. */
  checked(...files: readonly string[]): string {
    const options = ["--cache-dir", "/dev/null", "--strict", "--python-executable", this.python.command];
    return spawnSync("mypy", [...options, ...files], { cwd: this.path(), encoding: "utf8" }).stdout;
  }
}

const hasMypy = spawnSync("mypy", ["--version"]).status === 0;

/**
 * An `it` for what mypy checks. Without mypy it is skipped and its name says why; with `RIGWIRE_INTEROP=required` in the
 * environment it fails instead.
 */
export function itWithMypy(name: string, check: () => Promise<void>, timeoutMs: number): void {
  if (hasMypy || process.env.RIGWIRE_INTEROP === "required") it(name, check, timeoutMs);
  else it.skip(`${name} (skipped: there is no mypy here)`, check);
}
