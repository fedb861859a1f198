import { type KeyPair } from "../../security/credentials";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../errors";
import { type Logger } from "../../log/logger";
import { allowedKeys } from "../../security/allowed-keys";
import { PUBLIC_FILE, readKeyFile, readPublicKey } from "../../security/key-file";
import { resolveClientSecurity } from "../../security/security-options";
import { ChosenKeys } from "../keys/chosen-keys";
import { type Finding } from "../lookup/finding";
import { type KeyOptions, type ServerKeyOptions } from "../keys/key-options";
import { setting } from "../../security/environment-setting";

/** Looks at the keys that the options name, else at those that the environment names. */
export function checkKeys(
  options: KeyOptions & ServerKeyOptions,
  env: NodeJS.ProcessEnv,
  logger: Logger,
): readonly Finding[] {
  const file = options.keys ?? setting(env.RIGWIRE_KEYS);
  if (options.plain === true && options.keys === undefined) return [];
  if (file === undefined) return [checkNoKeys(options, env)];
  const allow = options.allow ?? setting(env.RIGWIRE_ALLOW);
  try {
    const keys = readKeyFile(file);
    return [
      checkPublicFile(file, keys),
      ...(allow === undefined ? [] : [checkAllowed(allow, keys, logger)]),
      ...checkServerKey(options, env),
    ];
  } catch (error) {
    const cure = existsSync(file) ? {} : { cure: `correct the path, or make a pair: rigwire keygen ${file}` };
    return [{ status: "broken", subject: "keys", text: messageOf(error), ...cure }];
  }
}

/** Half a setup is refused by the library, so that nothing talks openly by mistake. */
function checkNoKeys(options: KeyOptions & ServerKeyOptions, env: NodeJS.ProcessEnv): Finding {
  const subject = "keys";
  try {
    resolveClientSecurity(undefined, env);
    if (options.serverKey === undefined && options.allow === undefined) {
      return { status: "well", subject, text: "none: whoever reaches a device can call it (rigwire keygen)" };
    }
    const text = "--server-key and --allow say nothing without keys of this side";
    return { status: "broken", subject, text, cure: "add --keys FILE, or set RIGWIRE_KEYS" };
  } catch (error) {
    return {
      status: "broken",
      subject,
      text: messageOf(error),
      cure: "set RIGWIRE_KEYS, or unset the other two",
    };
  }
}

/** The file that is handed out must belong to the one that is kept. */
function checkPublicFile(file: string, { publicKey }: KeyPair): Finding {
  const subject = "keys";
  const beside = `${file.replace(/\.key$/, "")}${PUBLIC_FILE}`;
  const text = `${file} holds a pair, and is its owner's alone: public ${publicKey}`;
  if (!existsSync(beside)) return { status: "well", subject, text };
  try {
    if (readPublicKey(beside) === publicKey) return { status: "well", subject, text };
    const other = `${beside} is not the public key of ${file}`;
    return { status: "warning", subject, text: other, cure: `it should hold: public ${publicKey}` };
  } catch (error) {
    return { status: "warning", subject, text: messageOf(error), cure: `remove ${beside}` };
  }
}

function checkAllowed(allow: string, keys: KeyPair, logger: Logger): Finding {
  const subject = "allowed keys";
  if (allow === "any") {
    return { status: "well", subject, text: "any: everybody who knows this side's public key may connect" };
  }
  try {
    allowedKeys(allow, keys.publicKey, logger);
    const files = readdirSync(allow).filter((name) => name.endsWith(PUBLIC_FILE));
    for (const name of files) readPublicKey(join(allow, name));
    const names = files.map((name) => name.slice(0, -PUBLIC_FILE.length)).join(", ");
    const text = `${allow} allows ${files.length === 0 ? "nobody but who has this pair" : names}`;
    return { status: "well", subject, text };
  } catch (error) {
    return { status: "broken", subject, text: messageOf(error) };
  }
}

function checkServerKey(options: KeyOptions, env: NodeJS.ProcessEnv): readonly Finding[] {
  const subject = "server key";
  if (options.serverKey === undefined && env.RIGWIRE_SERVER_KEY === undefined) return [];
  try {
    const { knownDevices } = ChosenKeys.read(options, env);
    const text =
      knownDevices === undefined
        ? "one that every device must have"
        : `those of ${knownDevices.length === 0 ? "no device" : knownDevices.join(", ")} are known`;
    return [{ status: "well", subject, text }];
  } catch (error) {
    return [{ status: "broken", subject, text: messageOf(error) }];
  }
}
