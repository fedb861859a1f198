import { convertValue } from "../contract/convert-value";
import { type PropertyContract } from "../contract/service-contract";
import { type Failure } from "../wire/failures";
import { decodeStamp, type Reply, type ValueStamp } from "../wire/replies";
import { OutgoingCall, type RequestKind } from "./outgoing-call";
import { type Peer } from "./peer";
import { getKindOf } from "./request-kinds";
import { type Moment, momentAtDevice, reading, type Reading } from "./timed";

/** A property's value, and what the device told beside it. */
interface ToldValue {
  readonly value: unknown;
  readonly stamp: ValueStamp | undefined;
}

/** The kind of a request for a value with its time. */
export function readingKindOf(property: PropertyContract): RequestKind<ToldValue> {
  const kind = getKindOf(property);
  return {
    ...kind,
    read: (reply, place) => ({ value: kind.read(reply, place), stamp: decodeStamp(bodyOf(reply)) }),
  };
}

function bodyOf(reply: Exclude<Reply, { kind: "failure" }>): Readonly<Record<string, unknown>> {
  return reply.kind === "success" ? reply.body : reply.info;
}

type CallArguments = ConstructorParameters<typeof OutgoingCall<ToldValue>>;

/** A request for a value with its time. A bad value is an answer to it. */
export class ReadingCall extends OutgoingCall<ToldValue> {
  private askedAt = 0;
  private peer: Peer | undefined;

  /**
   * @param property - What is read.
   * @param onReading - Gets the answer.
   * @param client, request, kind, options, defaults - As of an ordinary request.
   */
  constructor(
    private readonly property: PropertyContract,
    private readonly onReading: (reading: Reading<unknown>) => void,
    ...[client, request, kind, options, defaults, , reject]: CallArguments
  ) {
    super(client, request, kind, options, defaults, (told) => this.give(told), reject);
  }

  override encode(peer: Peer, until: number | null): string {
    this.peer = peer;
    this.askedAt = performance.now();
    return super.encode(peer, until);
  }

  protected override answeredBy(failure: Failure): void {
    if (failure.reason !== "bad") {
      super.answeredBy(failure);
      return;
    }
    const { error: reason, time, clock, value } = failure;
    const stamp = time === undefined ? undefined : { time, clock, stale: undefined };
    this.onReading(reading(this.typed(value), this.momentOf(stamp), "bad", reason));
  }

  private give({ value, stamp }: ToldValue): void {
    const moment = this.momentOf(stamp);
    this.onReading(
      stamp?.stale === undefined
        ? reading(value, moment, "good")
        : reading(value, moment, "stale", stamp.stale),
    );
  }

  /** The value was read, and the clock with it, between the question and the answer. */
  private momentOf(stamp: ValueStamp | undefined): Moment {
    const { askedAt, peer } = this;
    const answeredAt = performance.now();
    if (stamp === undefined || peer?.estimate === undefined) {
      return { at: (askedAt + answeredAt) / 2, uncertaintyMs: (answeredAt - askedAt) / 2 };
    }
    const { time, clock = time } = stamp;
    peer.estimate.add({ clock, askedAt, answeredAt });
    return { ...momentAtDevice(time, answeredAt, peer), toldAt: clock };
  }

  /** What stands in for a good value may be anything. */
  private typed(value: unknown): unknown {
    if (value === undefined || value === null) return value;
    try {
      return convertValue(this.property.type, value, "its value", []);
    } catch {
      return undefined;
    }
  }
}
