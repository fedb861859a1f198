import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { type Namespace } from "../support/network-namespaces";

const START_MS = 10_000;

/** Whoever is on this bus may do everything: nobody else is. */
const busConfiguration = (socket: string) => `<busconfig>
  <type>system</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    <allow user="*"/>
  </policy>
</busconfig>
`;

const AVAHI_CONFIGURATION = `[server]
host-name=rack-2
[publish]
publish-hinfo=no
publish-workstation=no
[rlimits]
`;

/** The daemon's folders are of this process alone, since the namespace of `ip netns exec` has its own mounts. */
const RUN_DAEMON =
  'mount --bind "$0/etc" /etc/avahi && mkdir -p /run/avahi-daemon && mount --bind "$0/run" /run/avahi-daemon && ' +
  "exec avahi-daemon --no-drop-root --no-chroot --no-rlimits";

/** Why there is no avahi for tests; nothing where there is. */
export function noAvahi(): string | undefined {
  const programs = ["avahi-daemon", "avahi-browse", "dbus-daemon"];
  const missing = programs.find(
    (program) => spawnSync(program, ["--version"], { stdio: "ignore" }).status !== 0,
  );
  if (missing !== undefined) return `there is no program ${missing}`;
  return existsSync("/etc/avahi") ? undefined : "there is no /etc/avahi";
}

/** Debian's avahi on one computer of a test, with a D-Bus of its own. */
export class Avahi {
  private readonly folder = mkdtempSync(join(tmpdir(), "rigwire-avahi-"));
  private readonly children: ChildProcess[] = [];
  private readonly env = { ...process.env, DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${this.busSocket}` };

  private constructor(private readonly computer: Namespace) {}

  /** @param services - Files of /etc/avahi/services: name → what stands in them. */
  static async start(computer: Namespace, services: Readonly<Record<string, string>> = {}): Promise<Avahi> {
    const avahi = closing(new Avahi(computer));
    await avahi.start(services);
    return avahi;
  }

  /** The services of a type that avahi finds and resolves, as lines of `avahi-browse --parsable`. */
  async browse(type: string): Promise<readonly string[]> {
    const inside = ["netns", "exec", this.computer.name, "avahi-browse", "-r", "-t", "-p", type];
    const { stdout } = await promisify(execFile)("ip", inside, { env: this.env });
    return stdout.split("\n").filter((line) => line.startsWith("="));
  }

  async close(): Promise<void> {
    await Promise.all(this.children.map(ended));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get busSocket(): string {
    return join(this.folder, "bus");
  }

  private async start(services: Readonly<Record<string, string>>): Promise<void> {
    const [etc, run] = [join(this.folder, "etc"), join(this.folder, "run")];
    mkdirSync(join(etc, "services"), { recursive: true });
    mkdirSync(run);
    writeFileSync(join(etc, "avahi-daemon.conf"), AVAHI_CONFIGURATION);
    for (const [file, text] of Object.entries(services)) writeFileSync(join(etc, "services", file), text);
    const busFile = join(this.folder, "bus.conf");
    writeFileSync(busFile, busConfiguration(this.busSocket));
    this.children.push(
      spawn("dbus-daemon", [`--config-file=${busFile}`, "--nofork", "--nopidfile"], { stdio: "ignore" }),
    );
    await eventually("there is a bus", () => existsSync(this.busSocket), START_MS);
    const inside = ["netns", "exec", this.computer.name, "sh", "-c", RUN_DAEMON, this.folder];
    const daemon = spawn("ip", inside, { env: this.env, stdio: ["ignore", "ignore", "pipe"] });
    this.children.push(daemon);
    let log = "";
    daemon.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
    await eventually("avahi has started", () => log.includes("Server startup complete"), START_MS);
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
