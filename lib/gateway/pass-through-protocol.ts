import { DeviceProtocol, type Peer } from "../client/peer";
import { type SignalSequences } from "../client/signal-sequences";
import { type ServerAbilities } from "../transport/exchange";
import { type Located } from "../transport/located";
import { type Ask } from "../transport/rpc-channel";

/** The device protocol for a channel that hands messages on: each stays one message, and round trips are measured. */
export class PassThroughProtocol extends DeviceProtocol {
  /**
   * @param onRoundTrip - Gets how long the device took to answer, in milliseconds.
   */
  constructor(
    sequences: SignalSequences,
    private readonly onRoundTrip: (ms: number) => void,
  ) {
    super(undefined, sequences);
  }

  override async handshake(ask: Ask, verify?: Located["verify"]): Promise<Peer> {
    return super.handshake((body, what) => this.measured(ask, body, what), verify);
  }

  override async refresh(peer: Peer, ask: Ask): Promise<void> {
    await super.refresh(peer, (body, what) => this.measured(ask, body, what));
  }

  override abilities(peer: Peer): ServerAbilities {
    // Replies out of a batch would have to be written anew.
    return { ...super.abilities(peer), takesBatches: false };
  }

  private async measured(ask: Ask, body: string, what: string) {
    const askedAt = performance.now();
    const reply = await ask(body, what);
    this.onRoundTrip(performance.now() - askedAt);
    return reply;
  }
}
