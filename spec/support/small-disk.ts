import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { closing } from "./closing";

/** Whether disks of their own can be made for tests. */
export function canMount(): boolean {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return false;
  // A mount namespace of its own, so that nothing is left behind.
  return spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).status === 0;
}

/** A disk of 64 KiB in a folder, gone when the test ends. */
export function mountSmallDisk(folder: string): { readonly makeReadOnly: () => void } {
  mkdirSync(folder);
  run("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "none", folder);
  closing({ close: () => run("umount", "-l", folder) });
  return { makeReadOnly: () => run("mount", "-o", "remount,ro", folder) };
}

function run(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
