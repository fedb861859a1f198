/** So many connections one address may have at the same time; a proxy in front of a hall has one for everybody. */
const MAX_CONNECTIONS = 4_096;

/** So many of them that have not shaken hands yet. */
const MAX_GREETING = 512;

interface Counts {
  connections: number;
  greeting: number;
}

/** How many connections each address has. */
export class AddressLimits {
  private readonly counts = new Map<string, Counts>();

  /** Whether one more may come; it counts from now on. */
  enter(address: string): boolean {
    const counts = this.counts.get(address) ?? { connections: 0, greeting: 0 };
    if (counts.connections >= MAX_CONNECTIONS || counts.greeting >= MAX_GREETING) return false;
    counts.connections += 1;
    counts.greeting += 1;
    this.counts.set(address, counts);
    return true;
  }

  /** One has shaken hands, or is about to leave without. Once for each that entered. */
  greeted(address: string): void {
    const counts = this.counts.get(address);
    if (counts !== undefined) counts.greeting -= 1;
  }

  /** One is gone. Once for each that entered. */
  leave(address: string): void {
    const counts = this.counts.get(address);
    if (counts === undefined) return;
    counts.connections -= 1;
    if (counts.connections === 0) this.counts.delete(address);
  }
}
