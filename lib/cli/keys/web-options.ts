import { type Command } from "commander";
import { type WebAccess } from "../../transport/web-access";
import { UsageError } from "../program/exit-code";

/** Who may connect over WebSocket, as a command line says it. */
export interface WebOptions {
  readonly tokens?: string;
  readonly origin?: readonly string[];
  readonly tlsKey?: string;
  readonly tlsCert?: string;
}

/** Adds the options of what serves at `ws:` and `wss:`. */
export function addWebOptions(command: Command): Command {
  return command
    .option("--tokens <file>", "for ws: and wss:, let in who has a token of it (also: RIGWIRE_TOKENS)")
    .option("--origin <origin...>", 'pages that may connect, such as http://rig.lab; "*" for all')
    .option("--tls-key <file>", "for wss:, the key of the certificate (PEM)")
    .option("--tls-cert <file>", "for wss:, the certificate (PEM)");
}

/**
 * What a server makes of them.
 *
 * @throws UsageError for half a certificate.
 */
export function webAccess({ tokens, origin, tlsKey, tlsCert }: WebOptions): WebAccess {
  if ((tlsKey === undefined) !== (tlsCert === undefined)) {
    throw new UsageError("--tls-key and --tls-cert go together: one proves the other");
  }
  return {
    ...(tokens !== undefined && { tokens }),
    ...(origin !== undefined && { origins: origin.includes("*") ? "*" : origin }),
    ...(tlsKey !== undefined && tlsCert !== undefined && { tls: { key: tlsKey, cert: tlsCert } }),
  };
}
