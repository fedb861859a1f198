import { type Command } from "commander";
// First, since it loads what decorators need to be there.
import "../../contract/records";
import { type BridgeEvent } from "../../bridge/bridge-options";
import { FleetBridge } from "../../bridge/fleet-bridge";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { withScheme } from "../lookup/lookup-options";
import { withOneDirectory } from "../lookup/one-directory";
import { commandLogger } from "../program/command-logger";
import { newCommand } from "../program/new-command";
import { type Session, untilStopped } from "../program/session";
import { printable } from "../terminal/printable";
import { formatTime } from "../terminal/units";

interface BridgeCommandOptions extends DeviceOptions {
  readonly to: string;
  readonly readOnly?: boolean;
}

export function bridgeCommand(session: Session): Command {
  const command = newCommand("bridge", {
    description: "Brings the devices of a bench to a fleet until Ctrl-C, originals among them.",
    examples: [
      [
        "rigwire bridge --registry tcp://10.0.0.1:5555 --to nats://fleet.lab/berlin",
        "the devices of a registry, as berlin/NAME",
      ],
      ["rigwire bridge --rpyc --to nats://fleet.lab/berlin --read-only", "to look, and not to touch"],
    ],
    notes:
      "One connection leads to each device. One that goes is gone in the fleet too. What is in a fleet already is\n" +
      "brought no further; see docs/fleet.md.",
  })
    .requiredOption("--to <url>", "the fleet and the site: nats://HOST[:PORT]/SITE")
    .option("--read-only", "refuse calls and sets")
    .action((options: BridgeCommandOptions) => serveBridge(session, options));
  return addDeviceOptions(command);
}

async function serveBridge(session: Session, options: BridgeCommandOptions): Promise<void> {
  const logger = commandLogger(session.output, true);
  await withOneDirectory(options, logger, async (directory, keys) => {
    const bridge = new FleetBridge(
      directory,
      withScheme(options.to, "nats"),
      {
        access: options.readOnly === true ? "read" : "control",
        connection: (device) => keys.towards(device),
        logger,
      },
      (event) => print(session, event),
    );
    try {
      await untilStopped(session);
    } finally {
      await bridge.close();
    }
  });
}

function print({ output }: Session, { kind, ...device }: BridgeEvent): void {
  const time = new Date();
  if (output.json) {
    output.record({ time: time.toISOString(), event: kind, ...device });
    return;
  }
  const { dim, green, red, bold } = output.paint;
  const { name, type, from } = device;
  const mark = kind === "added" ? green("+") : red("-");
  output.line(
    `${dim(formatTime(time))}  ${mark} ${bold(printable(name))}  ${printable(type)}  ${printable(from)}`,
  );
}
