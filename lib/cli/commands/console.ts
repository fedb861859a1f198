import { type Command, Option } from "commander";
// First, since it loads what decorators need to be there.
import "../../contract/records";
import { isLoopbackHost, urlHost } from "../../address/hosts";
import { DeviceGateway } from "../../gateway/device-gateway";
import { type GatewayAccess } from "../../gateway/gateway-contract";
import { type GatewayOptions } from "../../gateway/web/gateway-options";
import { webAccess } from "../keys/web-options";
import { addDeviceOptions, type DeviceOptions } from "../lookup/device-options";
import { withOneDirectory } from "../lookup/one-directory";
import { commandLogger } from "../program/command-logger";
import { UsageError } from "../program/exit-code";
import { newCommand } from "../program/new-command";
import { type Session, untilStopped } from "../program/session";

interface ConsoleOptions extends DeviceOptions {
  readonly port: string;
  readonly host: string;
  readonly access: GatewayAccess;
  readonly tokens?: string;
  readonly passwordFile?: string;
  readonly tlsKey?: string;
  readonly tlsCert?: string;
  readonly insecure?: boolean;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
}

export function consoleCommand(session: Session): Command {
  const command = newCommand("console", {
    description: "Serves all devices to browsers until Ctrl-C: a page, and WebSocket for each device.",
    examples: [
      ["rigwire console", "for this computer; open the address that it prints"],
      ["rigwire console --registry tcp://10.0.0.1:5555 --access read", "to look, and not to touch"],
      [
        "rigwire console --host 0.0.0.0 --password-file pw --tls-key key.pem --tls-cert cert.pem",
        "for the network",
      ],
    ],
    notes:
      "The address that it prints lets one browser in, once. Programs connect to ws://HOST:PORT/devices/NAME with a\n" +
      "token of --tokens. Others on the network are let in only with a password or tokens, and TLS; see docs/console.md.",
  })
    .option("--port <port>", "where to listen", "8080")
    .option("--host <host>", "at which address of this computer", "127.0.0.1")
    .addOption(
      new Option("--access <access>", "whether devices may be controlled, or read only")
        .choices(["control", "read"])
        .default("control"),
    )
    .option("--password-file <file>", "let browsers in who know its first line")
    .option("--tokens <file>", "let in who has a token of it (also: RIGWIRE_TOKENS)")
    .option("--tls-key <file>", "the key of the certificate (PEM)")
    .option("--tls-cert <file>", "the certificate (PEM)")
    .option("--insecure", "let others on the network come in without TLS")
    .option("--allow-host <host...>", "a further name by which it is reached, such as rig.lab")
    .option("--allow-origin <origin...>", "a page of elsewhere that may connect, such as https://screens.lab")
    .action((options: ConsoleOptions) => serveConsole(session, options));
  return addDeviceOptions(command);
}

async function serveConsole(session: Session, options: ConsoleOptions): Promise<void> {
  const logger = commandLogger(session.output, true);
  await withOneDirectory(options, logger, async (directory, keys) => {
    const chosen = gatewayOptions(options);
    const gateway = await DeviceGateway.open(directory, { ...chosen, logger }, (device) =>
      keys.towards(device),
    );
    try {
      tellServed(session, gateway, chosen, isLoopbackHost(options.host));
      await untilStopped(session);
    } finally {
      await gateway.close();
    }
  });
}

function gatewayOptions(options: ConsoleOptions): GatewayOptions {
  const { port, host, access, passwordFile, insecure, allowHost, allowOrigin } = options;
  if (!/^\d{1,5}$/.test(port))
    throw new UsageError(`"${port}" is no port: give a number, or 0 for a free one`);
  const tokens = options.tokens ?? process.env.RIGWIRE_TOKENS;
  const { tls } = webAccess(options);
  return {
    url: `${tls === undefined ? "http" : "https"}://${urlHost(host)}:${port}`,
    access,
    ...(tls !== undefined && { tls }),
    ...(tokens !== undefined && tokens !== "" && { tokens }),
    ...(passwordFile !== undefined && { passwordFile }),
    ...(insecure === true && { insecure }),
    ...(allowHost !== undefined && { hosts: allowHost }),
    ...(allowOrigin !== undefined && { origins: allowOrigin }),
  };
}

/** Where nobody looks on, what is printed may be kept: then the address has no token in it, if there is another way in. */
function tellServed(
  { output }: Session,
  gateway: DeviceGateway,
  { access, tokens, passwordFile }: GatewayOptions,
  isLoopback: boolean,
): void {
  const hasOtherWay = tokens !== undefined || passwordFile !== undefined;
  const isForThisScreen = process.stdout.isTTY && isLoopback;
  const address = hasOtherWay && !isForThisScreen ? gateway.url : gateway.loginUrl();
  if (output.json) {
    output.record({ event: "serving", url: gateway.url, open: address, access });
    return;
  }
  const { bold, dim } = output.paint;
  const reading = access === "read" ? ", for reading only" : "";
  output.line(`console${reading} at ${bold(address)}${dim("; Ctrl-C ends it")}`);
}
