import { type Command } from "commander";

/** The keys of this side, and whom it expects at the other end, as a command line says it. */
export interface KeyOptions {
  readonly keys?: string;
  readonly serverKey?: string;
  readonly plain?: boolean;
}

/** The keys of something that is served, and who may connect, as a command line says it. */
export interface ServerKeyOptions {
  readonly keys?: string;
  readonly allow?: string;
  readonly plain?: boolean;
}

/** Adds the options of what connects. */
export function addKeyOptions(command: Command): Command {
  return addKeys(command)
    .option(
      "--server-key <key>",
      "whom to expect: a public key, a .pub file, or a folder of NAME.pub by device (also: RIGWIRE_SERVER_KEY)",
    )
    .option(
      "--plain",
      "no keys towards devices, such as originals; with --keys, the registry still has them",
    );
}

/** Adds the options of what connects and serves. */
export function addAllKeyOptions(command: Command): Command {
  return addAllow(addKeyOptions(command));
}

/** Adds the options of what serves a device and registers it. */
export function addServingKeyOptions(command: Command): Command {
  return addAllow(addKeys(command))
    .option(
      "--server-key <key>",
      "what the registry is known by, if not by the same pair: a public key, or a .pub file (also: RIGWIRE_SERVER_KEY)",
    )
    .option(
      "--plain",
      "no keys for the device, everybody may connect; with --keys, the registry still has them",
    );
}

/** Adds the options of what only serves. */
export function addServerKeyOptions(command: Command): Command {
  return addAllow(addKeys(command)).option("--plain", "no keys, whatever the environment says");
}

function addKeys(command: Command): Command {
  return command.option("--keys <file>", "this side's key file (also: RIGWIRE_KEYS)");
}

function addAllow(command: Command): Command {
  return command.option(
    "--allow <folder>",
    "who may connect: a folder of .pub files, or any (also: RIGWIRE_ALLOW; default: who has the same pair)",
  );
}
