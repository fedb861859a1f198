import { platform } from "../platform/current";
import { type Ask } from "../transport/rpc-channel";
import { type Inventory } from "../wire/inventory";
import { USE_RENEWAL_MS } from "../wire/member-users";
import { encodeRequest } from "../wire/requests";

/** What a client says of itself to devices that want to know who uses them. */
export interface UseOptions {
  /**
   * Whether the device is told which of its members this client has used, with the names of the program and of its
   * computer, so that `rigwire inspect DEVICE --users` and `rigwire diff` can name whom a change breaks. It is told when
   * the client asks how the device is, and when it closes; Python originals are told nothing. Default: true, unless the
   * environment says `RIGWIRE_TELL_USE=off`.
   */
  readonly tellUse?: boolean;
  /** What this program is called there. Default: the last two parts of its script's path, or a page's address. */
  readonly program?: string;
}

/** More names than any contract has: whoever calls by made-up names does not fill the memory. */
const MAX_NAMES = 1_024;

/** What a client has used of its device, and what of it the device was told. */
export class MemberUses {
  private readonly used = new Set<string>();
  private readonly program: string;
  private readonly host: string;
  private told = { instance: "", count: 0, at: 0 };

  private constructor({ program }: UseOptions) {
    const self = platform().self();
    this.program = program ?? self.program;
    this.host = self.host;
  }

  /** @returns Nothing where the device is not to be told. */
  static of(options: UseOptions): MemberUses | undefined {
    const { tellUse = platform().environment("RIGWIRE_TELL_USE") !== "off" } = options;
    return tellUse ? new MemberUses(options) : undefined;
  }

  /** @param wireName - What is called, read, set or subscribed. */
  add(wireName: string): void {
    if (this.used.size < MAX_NAMES) this.used.add(wireName);
  }

  /** Tells the device what it does not know yet; now and then, that the client is still there. */
  async tell({ rigwire }: Inventory, ask: Ask): Promise<void> {
    if (rigwire?.features.includes("users") !== true || this.used.size === 0) return;
    const { instance } = rigwire;
    const count = this.used.size;
    const at = performance.now();
    const isKnown = instance === this.told.instance && count === this.told.count;
    if (isKnown && at - this.told.at < USE_RENEWAL_MS) return;
    const { program, host } = this;
    await ask(encodeRequest({ event: "USES", members: [...this.used], program, host }), "USES");
    this.told = { instance, count, at };
  }
}
