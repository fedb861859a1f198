import { isIPv6 } from "node:net";

/** Characters that each device may take of the room of all, as texts of the list. */
const CHARACTERS_PER_DEVICE = 512;

/** Where few devices are taken, their names may be as long as any. */
const LEAST_CHARACTERS = 64 * 1024;

/** How many groups of four digits of an IPv6 address name a network: whoever has one has all addresses in it. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

const IPV4_IN_IPV6 = /^::ffff:(?=\d+\.)/i;

interface Share {
  devices: number;
  characters: number;
}

const NOTHING: Readonly<Share> = { devices: 0, characters: 0 };

export interface QuotaLimits {
  /** Devices of all together. */
  readonly maxDevices: number;
  /** Devices that come from the same address. */
  readonly maxDevicesPerAddress: number;
}

/** Sees to it that no peer fills a registry, with many devices or with long names. */
export class RegistrationQuota {
  private readonly all: Share = { devices: 0, characters: 0 };
  private readonly bySource = new Map<string, Share>();

  constructor(private readonly limits: QuotaLimits) {}

  /** @returns Why there is no room for one more device of this source; nothing where there is. */
  refusalFor(source: string, characters: number): string | undefined {
    const { maxDevices, maxDevicesPerAddress } = this.limits;
    const own = this.bySource.get(source) ?? NOTHING;
    if (this.all.devices >= maxDevices) return `the registry is full: it takes ${maxDevices} devices`;
    if (own.devices >= maxDevicesPerAddress) {
      return `the registry takes ${maxDevicesPerAddress} devices from ${source} (maxDevicesPerAddress)`;
    }
    if (own.characters + characters > roomOf(maxDevicesPerAddress)) {
      return `the names and addresses of the devices from ${source} are too long`;
    }
    return this.all.characters + characters > roomOf(maxDevices)
      ? "the registry is full: the names and addresses of its devices are too long"
      : undefined;
  }

  add(source: string, characters: number): void {
    const own = this.bySource.get(source) ?? { devices: 0, characters: 0 };
    this.bySource.set(source, own);
    change(own, 1, characters);
    change(this.all, 1, characters);
  }

  remove(source: string, characters: number): void {
    const own = this.bySource.get(source);
    if (own === undefined) return;
    change(own, -1, -characters);
    change(this.all, -1, -characters);
    if (own.devices === 0) this.bySource.delete(source);
  }
}

function roomOf(devices: number): number {
  return Math.max(LEAST_CHARACTERS, devices * CHARACTERS_PER_DEVICE);
}

function change(share: Share, devices: number, characters: number): void {
  share.devices += devices;
  share.characters += characters;
}

/**
 * What devices from an address are counted together by: the address, or the network of 64 bits that an IPv6 address
 * is in.
 *
 * @param address - Nothing where the transport does not tell.
 */
export function sourceOf(address: string | undefined): string {
  if (address === undefined) return "clients whose address is not known";
  const bare = address.replace(IPV4_IN_IPV6, "").replace(/%.*$/, "");
  return isIPv6(bare) ? `${groupsOf(bare).slice(0, NETWORK_GROUPS).join(":")}::/64` : bare;
}

/** The eight groups of an IPv6 address, the zeros that it leaves out put back. */
function groupsOf(address: string): readonly string[] {
  const [before = [], after = []] = address
    .split("::")
    .map((half) => half.split(":").filter((group) => group !== ""));
  const zeros = new Array<string>(Math.max(0, GROUPS - before.length - after.length)).fill("0");
  return [...before, ...zeros, ...after];
}
