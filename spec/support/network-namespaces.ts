import { execFileSync, spawnSync } from "node:child_process";
import { closing } from "./closing";

/** Why there can be no networks of their own for tests; nothing where there can. */
export function noNamespaces(): string | undefined {
  if (process.platform !== "linux") return "only Linux has network namespaces";
  if (process.getuid?.() !== 0) return "only root may make network namespaces";
  const probe = spawnSync("ip", ["netns", "list"]);
  return probe.status === 0 ? undefined : "there is no program ip";
}

let made = 0;

/** A computer in no network but its own, gone when the test ends. */
export class Namespace {
  readonly name = `rigwire-${process.pid}-${++made}`;

  private constructor() {
    ip("netns", "add", this.name);
    this.ip("link", "set", "lo", "up");
  }

  static make(): Namespace {
    return closing(new Namespace());
  }

  /** Lays a cable to another; each end has its address, such as `10.0.0.1/24`. Gives the name of this end. */
  connect(address: string, other: Namespace, otherAddress: string): string {
    const [near, far] = [`rw${process.pid % 10_000}a${++made}`, `rw${process.pid % 10_000}b${made}`];
    ip("link", "add", near, "netns", this.name, "type", "veth", "peer", "name", far, "netns", other.name);
    this.raise(near, address);
    other.raise(far, otherAddress);
    return near;
  }

  /** Runs the program `ip` inside. */
  ip(...args: readonly string[]): void {
    ip("-n", this.name, ...args);
  }

  close(): void {
    ip("netns", "del", this.name);
  }

  private raise(link: string, address: string): void {
    this.ip("address", "add", address, "dev", link, ...(address.includes(":") ? ["nodad"] : []));
    this.ip("link", "set", link, "up");
  }
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}
