import { hostname } from "node:os";
import { type Command } from "commander";
import { type DeviceEvent } from "../../discovery/device-directory";
import { type Logger } from "../../log/logger";
import { DeviceRegistry } from "../../registry/device-registry";
import { commandLogger } from "../program/command-logger";
import { UsageError } from "../program/exit-code";
import { addServerKeyOptions, type ServerKeyOptions } from "../keys/key-options";
import { withScheme } from "../lookup/lookup-options";
import { newCommand } from "../program/new-command";
import { printable } from "../terminal/printable";
import { chosenServerSecurity, warnIfOpen } from "../keys/server-security";
import { type Session, untilStopped } from "../program/session";
import { formatTime } from "../terminal/units";

interface RegistryOptions extends ServerKeyOptions {
  readonly url: string;
  readonly mdns?: boolean;
  readonly mdnsName?: string;
}

export function registryCommand(session: Session): Command {
  const command = newCommand("registry", {
    description: "Runs a device registry until Ctrl-C; prints devices as they come and go.",
    examples: [
      ["rigwire registry --url tcp://10.0.0.1:5555", "for devices and clients of the network 10.0.0.x"],
    ],
    notes: "Python originals find each other in it as well.",
  })
    .option("--url <url>", "where to listen", "tcp://*:5555")
    .option("--mdns", "announce it by mDNS, in the networks that this computer is in")
    .option(
      "--mdns-name <name>",
      "announce it by mDNS under this name (default: registry on this computer's name)",
    )
    .action((options: RegistryOptions) => registry(session, options));
  return addServerKeyOptions(command);
}

async function registry(
  session: Session,
  { url, mdns = false, mdnsName, ...options }: RegistryOptions,
): Promise<void> {
  const { output } = session;
  if (options.plain === true && options.keys !== undefined) {
    throw new UsageError("--plain and --keys say the opposite of a registry: leave one away");
  }
  const chosen = chosenServerSecurity(options, process.env);
  const { security } = chosen;
  const logger = commandLogger(output, true);
  const registered = await DeviceRegistry.open({ url: withScheme(url), security, logger });
  const changes = registered.changes$.subscribe((event) => print(session, event));
  const isAnnounced = mdns || mdnsName !== undefined;
  const announced = isAnnounced ? await announce(registered, mdnsName, logger) : undefined;
  try {
    const { localUrl } = registered;
    const { bold, dim } = output.paint;
    if (output.json) output.record({ event: "listening", url: registered.url, localUrl });
    else {
      const here = localUrl === registered.url ? "" : ` (from this computer: ${localUrl})`;
      output.line(`registry at ${bold(registered.url)}${here}${dim("; Ctrl-C ends it")}`);
    }
    warnIfOpen(output, registered.url, chosen);
    await untilStopped(session);
  } finally {
    changes.unsubscribe();
    await announced?.close();
    await registered.close();
  }
}

async function announce(registry: DeviceRegistry, mdnsName: string | undefined, logger: Logger) {
  const { MulticastNetwork } = await import("../../mdns/multicast-network.js");
  const { Responder } = await import("../../mdns/responder.js");
  const { announceRegistry } = await import("../../mdns/announce-registry.js");
  const network = await MulticastNetwork.open({ logger });
  const responder = new Responder(network);
  const name = mdnsName ?? `registry on ${hostname()}`;
  try {
    await announceRegistry(network, responder, registry, name, logger);
  } catch (error) {
    network.close();
    throw error;
  }
  return {
    async close() {
      await responder.close();
      network.close();
    },
  };
}

function print({ output }: Session, { kind, device }: DeviceEvent): void {
  const time = new Date();
  if (output.json) {
    output.record({ time: time.toISOString(), event: kind, ...device });
    return;
  }
  const { dim, green, red, bold } = output.paint;
  const mark = kind === "added" ? green("+") : red("-");
  const { name, type, url } = device;
  output.line(
    `${dim(formatTime(time))}  ${mark} ${bold(printable(name))}  ${printable(type)}  ${printable(url)}`,
  );
}
