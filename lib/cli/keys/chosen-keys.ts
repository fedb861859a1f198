import { type ClientSecurity, type KeyPair, type Plain } from "../../security/credentials";
import { statSync } from "node:fs";
import { requirePublicKey } from "../../security/curve-key";
import { PUBLIC_FILE, readKeyFile, readPublicKey, readPublicKeys } from "../../security/key-file";
import { securityTowards, type ServerKeys } from "../../security/rig-security";
import { UsageError } from "../program/exit-code";
import { type KeyOptions } from "./key-options";
import { setting } from "../../security/environment-setting";

/** What the registry is called among the keys of a folder. */
const REGISTRY = "registry";

/** The keys with which devices and a registry are reached: as the options say, else as the environment says. */
export class ChosenKeys {
  private constructor(
    /** Nothing where neither says anything. */
    private readonly keys: KeyPair | undefined,
    private readonly serverKeys: ServerKeys | undefined,
    private readonly plain: { readonly devices: boolean; readonly registry: boolean },
  ) {}

  /**
   * Reads what is named.
   *
   * @throws UsageError for options that do not go together; KeyError for files that cannot be used.
   */
  static read(options: KeyOptions, env: NodeJS.ProcessEnv): ChosenKeys {
    const { keys: named, serverKey, plain = false } = options;
    if (plain && named === undefined) {
      return new ChosenKeys(undefined, undefined, { devices: true, registry: true });
    }
    const file = named ?? setting(env.RIGWIRE_KEYS);
    if (file === undefined) {
      if (serverKey !== undefined) throw needsKeys("--server-key");
      return new ChosenKeys(undefined, undefined, { devices: false, registry: false });
    }
    const keys = readKeyFile(file);
    return new ChosenKeys(keys, chosenServerKeys(serverKey, env), { devices: plain, registry: false });
  }

  /** Whose keys prove who this side is; nothing where it has none. */
  get own(): KeyPair | undefined {
    return this.keys;
  }

  /** The names of a folder of keys; nothing where one key is for all. */
  get knownDevices(): readonly string[] | undefined {
    return typeof this.serverKeys === "object" ? Object.keys(this.serverKeys) : undefined;
  }

  /**
   * How a device is reached that a directory names.
   *
   * @returns Nothing where nothing is chosen: then the library looks at the environment.
   */
  towards({ name, type }: { readonly name: string; readonly type: string }): Security {
    const isKnown = this.knownDevices?.includes(name) === true;
    return this.plain.devices ? { security: "plain" } : this.securityTowards(isKnown ? name : type);
  }

  /**
   * How a device is reached of which only the URL is known.
   *
   * @throws UsageError where keys are chosen by name.
   */
  towardsUrl(url: string): Security {
    if (this.plain.devices) return { security: "plain" };
    if (this.knownDevices !== undefined) {
      throw new UsageError(
        `--server-key names a folder of keys by device, and ${url} is no name: give the device's own .pub file`,
      );
    }
    return this.securityTowards("");
  }

  towardsRegistry(): Security {
    return this.plain.registry ? { security: "plain" } : this.securityTowards(REGISTRY);
  }

  private securityTowards(name: string): Security {
    if (this.keys === undefined) return {};
    const { keys, serverKeys } = this;
    return { security: securityTowards({ keys, ...(serverKeys !== undefined && { serverKeys }) }, name) };
  }
}

/** A part of the options of a client. */
export interface Security {
  readonly security?: ClientSecurity | Plain;
}

function chosenServerKeys(named: string | undefined, env: NodeJS.ProcessEnv): ServerKeys | undefined {
  const given = named ?? setting(env.RIGWIRE_SERVER_KEY);
  if (given === undefined) return undefined;
  if (given.endsWith(PUBLIC_FILE)) return readPublicKey(given);
  if (statSync(given, { throwIfNoEntry: false })?.isDirectory() === true) return readPublicKeys(given);
  const where = named === undefined ? "RIGWIRE_SERVER_KEY" : "--server-key";
  return requirePublicKey(given, `${where} ${given} (neither a .pub file nor a folder)`);
}

/** An option that is nothing without a pair of this side. */
export function needsKeys(option: string): UsageError {
  return new UsageError(
    `${option} needs keys of this side as well: --keys FILE or RIGWIRE_KEYS; rigwire keygen makes some`,
  );
}
