import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
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

  private constructor(hosts: Readonly<Record<string, string>> | undefined) {
    ip("netns", "add", this.name);
    this.ip("link", "set", "lo", "up");
    if (hosts !== undefined) this.nameHosts(hosts);
  }

  /** @param hosts - Address → the name that its programs find it by, instead of all names of this computer. */
  static make(hosts?: Readonly<Record<string, string>>): Namespace {
    return closing(new Namespace(hosts));
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

  /** Sets what its system allows, such as `net.ipv6.conf.all.disable_ipv6=1` (sysctl(8)). */
  set(setting: string): void {
    ip("netns", "exec", this.name, "sysctl", "-qw", setting);
  }

  /** Whether a cable of this side carries nothing, as its system has noticed. */
  hasLostCarrier(): boolean {
    const links = execFileSync("ip", ["-n", this.name, "-o", "link"], { encoding: "utf8" });
    return /state (LOWERLAYERDOWN|DOWN)/.test(links);
  }

  close(): void {
    ip("netns", "del", this.name);
    rmSync(this.files, { recursive: true, force: true });
  }

  /** What stands here, programs inside find in /etc (ip-netns(8)). */
  private get files(): string {
    return join("/etc/netns", this.name);
  }

  private nameHosts(hosts: Readonly<Record<string, string>>): void {
    mkdirSync(this.files, { recursive: true });
    const lines = Object.entries(hosts).map(([address, name]) => `${address} ${name}\n`);
    writeFileSync(join(this.files, "hosts"), lines.join(""));
  }

  private raise(link: string, address: string): void {
    this.ip("address", "add", address, "dev", link, ...(address.includes(":") ? ["nodad"] : []));
    this.ip("link", "set", link, "up");
  }
}

function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}
