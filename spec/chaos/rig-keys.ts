import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateKeys, type KeyPair, type Plain, type RigSecurity } from "rigwire";

/** The name by which an app knows the key of its registry. */
const REGISTRY = "registry";

/** Who has keys in a rig where others talk openly: some devices, and the clients that may use them. */
export class RigKeys {
  private readonly device = generateKeys();
  private readonly client = generateKeys();

  /**
   * @param folder - For the files that tell processes their keys.
   * @param keyed - The names of the devices with keys.
   */
  constructor(
    private readonly folder: string,
    private readonly keyed: readonly string[],
  ) {}

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
