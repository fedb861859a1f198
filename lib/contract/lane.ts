import { type MemberContract } from "./service-contract";

/**
 * What a request is counted with where room is limited. Each lane has room of its own, so that no crowd of one keeps out
 * what may have to end it.
 */
export type Lane = "in turn" | "concurrent" | "interrupts";

/** Properties are answered at once, but counted with what waits: nobody stops a device by them. */
export function laneOf(contract: MemberContract): Lane {
  if (contract.kind !== "method") return "in turn";
  if (contract.interrupts) return "interrupts";
  return contract.concurrent ? "concurrent" : "in turn";
}

/** How many of each lane there are, or how much. */
export class LaneCounts {
  private readonly counts: Record<Lane, number> = { "in turn": 0, concurrent: 0, interrupts: 0 };

  get isEmpty(): boolean {
    return Object.values(this.counts).every((count) => count === 0);
  }

  of(lane: Lane): number {
    return this.counts[lane];
  }

  add(lane: Lane, amount = 1): void {
    this.counts[lane] += amount;
  }

  remove(lane: Lane, amount = 1): void {
    this.counts[lane] -= amount;
  }
}
