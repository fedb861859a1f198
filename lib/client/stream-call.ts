import { type MethodContract } from "../contract/service-contract";
import { ContractError, placeName } from "../errors";
import { type ReceivedReply } from "../wire/message";
import { type StreamMode } from "../wire/requests";
import { decodeItems, type StreamItems } from "../wire/streams";
import { OutgoingCall, type RequestKind } from "./outgoing-call";
import { type Peer } from "./peer";
import { methodKindOf } from "./request-kinds";

/** Who wants a stream opened. */
export interface StreamListener {
  readonly mode: StreamMode;
  /** @param id - Of the request that opened it. */
  readonly opened: (id: string) => void;
}

type CallArguments = ConstructorParameters<typeof OutgoingCall<unknown>>;

/** The call that opens a stream: its reply comes when the stream has ended. */
export class StreamCall extends OutgoingCall<unknown> {
  private isOpen = false;

  /**
   * @param listener - Is told when items can be asked for.
   * @param wireName - Of the method.
   * @param args - Of an ordinary call.
   */
  constructor(
    private readonly onOpened: StreamListener["opened"],
    private readonly wireName: string,
    ...args: CallArguments
  ) {
    super(...args);
  }

  /** Its time is that for opening: each item is waited for by itself. */
  override get dueAt(): number {
    return this.isOpen ? Infinity : super.dueAt;
  }

  /** @throws ContractError where the device does not stream by this method: it would be called as any other. */
  override encode(peer: Peer, until: number | null): string {
    const text = super.encode(peer, until);
    if (peer.inventory.rigwire?.members.get(this.wireName)?.stream !== undefined) return text;
    throw new ContractError(`${placeName(this.place)}the device has no stream of this name`, this.place);
  }

  protected override progressed(_message: ReceivedReply): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.onOpened(String(this.id));
  }
}

/** Asks for the next items of a stream. */
export class StreamPull extends OutgoingCall<StreamItems> {
  protected override overdueText(timeoutMs: number, where: string): string {
    return `told no item for ${timeoutMs} ms (${where}): where its items come more rarely, raise its timeout`;
  }
}

/** What the reader gets who asks for items of a method's stream. */
export function itemsKindOf(method: MethodContract): RequestKind<StreamItems> {
  return { ...methodKindOf(method), read: decodeItems };
}
