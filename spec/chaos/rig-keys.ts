import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  addToken,
  type ClientSecurity,
  generateKeys,
  type KeyPair,
  type Plain,
  type RigSecurity,
} from "rigwire";
import { type Road } from "./device-roads";

/** The name by which an app knows the key of its registry. */
const REGISTRY = "registry";

/** How a client reaches one device at an address. */
export interface DeviceAccess {
  readonly url: string;
  readonly security: ClientSecurity | Plain;
  readonly token?: string;
  /** Whether the client may move to the local road. */
  readonly local: boolean;
}

/** Who has keys in a rig where others talk openly: some devices, and the clients that may use them. */
export class RigKeys {
  private readonly device = generateKeys();
  private readonly client = generateKeys();

  /** The file by which devices know the tokens of their clients. */
  readonly tokens: string;
  private readonly token: string;

  /**
   * @param folder - For the files that tell processes their keys.
   * @param keyed - The names of the devices with keys.
   */
  constructor(
    private readonly folder: string,
    private readonly keyed: readonly string[],
  ) {
    this.tokens = join(folder, "tokens");
    this.token = addToken(this.tokens, "chaos");
  }

  isKeyed(device: string): boolean {
    return this.keyed.includes(device);
  }

  /** @returns The file for {@link readSecurity}, or an empty text where the device has no keys. */
  ofDevice(name: string): string {
    if (!this.isKeyed(name)) return "";
    return this.write(name, this.device, {
      allow: [this.client.publicKey],
      serverKeys: { [REGISTRY]: "plain" },
    });
  }

  /** @param devices - Whom the client uses: those without keys, and the registry, are open. */
  ofClient(name: string, devices: readonly string[]): string {
    const serverKeys = Object.fromEntries(
      [REGISTRY, ...devices].map((other) => [other, this.isKeyed(other) ? this.device.publicKey : "plain"]),
    );
    return this.write(name, this.client, { serverKeys });
  }

  /**
   * @param urls - Device → its address on the road.
   * @returns The file for {@link readAccess}.
   */
  ofRoad(road: Road, urls: ReadonlyMap<string, string>): string {
    const accesses = [...urls].map(([device, url]): [string, DeviceAccess] => {
      const local = road === "local";
      if (road === "ws") return [device, { url, local, security: "plain", token: this.token }];
      if (road === "unix" || !this.isKeyed(device)) return [device, { url, local, security: "plain" }];
      return [device, { url, local, security: { keys: this.client, serverKey: this.device.publicKey } }];
    });
    const file = join(this.folder, `${road}.access.json`);
    writeFileSync(file, JSON.stringify(Object.fromEntries(accesses)), { mode: 0o600 });
    return file;
  }

  private write(name: string, keys: KeyPair, rest: Omit<RigSecurity, "keys">): string {
    const file = join(this.folder, `${name}.security.json`);
    writeFileSync(file, JSON.stringify({ keys, ...rest }), { mode: 0o600 });
    return file;
  }
}

/** @param file - Of {@link RigKeys}; an empty text is no keys. */
export function readSecurity(file: string): RigSecurity | Plain {
  return file === "" ? "plain" : (JSON.parse(readFileSync(file, "utf8")) as RigSecurity);
}

/** @param file - Of {@link RigKeys.ofRoad}. */
export function readAccess(file: string): Readonly<Record<string, DeviceAccess>> {
  return JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, DeviceAccess>>;
}
