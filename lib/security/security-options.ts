import {
  type Allow,
  type ClientSecurity,
  type KeyPair,
  type Plain,
  type PublicKey,
  type ServerSecurity,
} from "./credentials";
import { KeyError } from "../errors";
import { requireKeyPair, requirePublicKey } from "./curve-key";
import { readKeyFile, readPublicKey, PUBLIC_FILE } from "./key-file";
import { setting } from "./environment-setting";

export interface ResolvedServerSecurity {
  readonly keys: KeyPair;
  readonly allow: Allow;
}

export interface ResolvedClientSecurity {
  readonly keys: KeyPair;
  readonly serverKey: PublicKey;
}

/** The environment variables that set keys where the program sets none. */
interface SecurityEnvironment {
  /** Path of the process's own key file. Without it the others are refused. */
  readonly RIGWIRE_KEYS?: string | undefined;
  /** For servers: the path of a folder of public keys, or `any`. */
  readonly RIGWIRE_ALLOW?: string | undefined;
  /** For clients: the server's public key, or the path of its `.pub` file. */
  readonly RIGWIRE_SERVER_KEY?: string | undefined;
}

/**
 * What a server does: as its program says, or else as the environment says (`RIGWIRE_KEYS`, `RIGWIRE_ALLOW`).
 *
 * @returns Nothing where neither says anything.
 * @throws KeyError if keys cannot be used.
 */
export function resolveServerSecurity(
  security: ServerSecurity | Plain | undefined,
  environment: SecurityEnvironment = process.env,
): ResolvedServerSecurity | Plain | undefined {
  if (security === "plain") return "plain";
  const chosen = security ?? serverFrom(environment);
  if (chosen === undefined) return undefined;
  const keys = toPair(chosen.keys);
  return { keys, allow: chosen.allow ?? [] };
}

/** The public key that a server of these options shows; nothing where it has none. */
export function servedKey(security: ServerSecurity | Plain | undefined): PublicKey | undefined {
  const resolved = resolveServerSecurity(security);
  return resolved === undefined || resolved === "plain" ? undefined : resolved.keys.publicKey;
}

/**
 * What a client does: as its program says, or else as the environment says (`RIGWIRE_KEYS`, `RIGWIRE_SERVER_KEY`).
 *
 * @throws KeyError if keys cannot be used.
 */
export function resolveClientSecurity(
  security: ClientSecurity | Plain | undefined,
  environment: SecurityEnvironment = process.env,
): ResolvedClientSecurity | Plain {
  const chosen = security ?? clientFrom(environment) ?? "plain";
  if (chosen === "plain") return chosen;
  const keys = toPair(chosen.keys);
  return { keys, serverKey: requirePublicKey(chosen.serverKey ?? keys.publicKey, "serverKey") };
}

function serverFrom(environment: SecurityEnvironment): ServerSecurity | undefined {
  const allow = setting(environment.RIGWIRE_ALLOW);
  const keys = keysFrom(environment);
  return keys === undefined ? undefined : { keys, ...(allow !== undefined && { allow }) };
}

function clientFrom(environment: SecurityEnvironment): ClientSecurity | undefined {
  const given = setting(environment.RIGWIRE_SERVER_KEY);
  const keys = keysFrom(environment);
  if (keys === undefined || given === undefined) return keys === undefined ? undefined : { keys };
  return { keys, serverKey: given.endsWith(PUBLIC_FILE) ? readPublicKey(given) : given };
}

/** Half a setup must not pass for none: the process would talk openly. */
function keysFrom({ RIGWIRE_KEYS, RIGWIRE_ALLOW, RIGWIRE_SERVER_KEY }: SecurityEnvironment) {
  const keys = setting(RIGWIRE_KEYS);
  if (keys === undefined && (setting(RIGWIRE_ALLOW) ?? setting(RIGWIRE_SERVER_KEY)) !== undefined) {
    throw new KeyError(
      "RIGWIRE_ALLOW or RIGWIRE_SERVER_KEY is set, but RIGWIRE_KEYS, the path of this process's key file, is not",
    );
  }
  return keys;
}

function toPair(keys: KeyPair | string): KeyPair {
  return typeof keys === "string" ? readKeyFile(keys) : requireKeyPair(keys, "security.keys");
}
