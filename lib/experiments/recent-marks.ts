import { type MessageMark } from "./message-mark";
import { formatAddress, type RigAddress } from "./rig-address";

/** Far more messages than are under way at any time; a doubled datagram follows within milliseconds. */
const REMEMBERED = 4_096;

/** Which marked messages came lately, so that a doubled datagram is not taken for a second command. */
export class RecentMarks {
  private readonly seen = new Set<string>();

  /** Remembers a message; whether it is new. */
  add({ tag, count }: MessageMark, from: RigAddress): boolean {
    const key = `${formatAddress(from)} ${tag} ${count}`;
    if (this.seen.has(key)) return false;
    this.seen.add(key);
    const oldest = this.seen.size > REMEMBERED ? this.seen.values().next().value : undefined;
    if (oldest !== undefined) this.seen.delete(oldest);
    return true;
  }
}
