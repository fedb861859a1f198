import { defer, finalize, map, Observable, share } from "rxjs";
import { convertValue } from "../contract/convert-value";
import { convertFromOriginal } from "../contract/original-coercion";
import { type SignalContract } from "../contract/service-contract";
import { holdsKind } from "../contract/value-type";
import { messageOf, SignalError } from "../errors";
import { type Bytes } from "../platform/platform";
import { BurstLog } from "../log/burst-log";
import { type Logger } from "../log/logger";
import { type SignalFrames } from "../transport/connection";
import { type RpcChannel } from "../transport/rpc-channel";
import {
  argumentsAsWritten,
  decodeSignal,
  isSignalEnd,
  type SignalEnd,
  type SignalMessage,
  timesOf,
} from "../wire/signals";
import { notOffered } from "./check-fulfilled";
import { type Peer } from "./peer";
import { type SignalSequences } from "./signal-sequences";

/** What is given of a signal with its moment, in milliseconds on the clock of the one who told it. */
export type StampedProjection<T> = (value: unknown, time: number | undefined, peer: Peer | undefined) => T;

/** The signals of one device as Observables; each is subscribed on the wire while somebody here subscribes. */
export class RemoteSignals {
  private readonly observables = new Map<string, Observable<unknown>>();
  /** What was read last: an original's subscribers all get every frame, one after the other. */
  private last:
    { readonly frames: SignalFrames; readonly message: SignalMessage | SignalEnd | undefined } | undefined;
  /** What is being handed out. */
  private current: SignalMessage | undefined;
  private readonly log: BurstLog;

  /**
   * @param device - What the device is called at the time.
   * @param maxTextBytes - The longest text that is taken, in bytes.
   */
  constructor(
    private readonly channel: RpcChannel<Peer>,
    private readonly sequences: SignalSequences,
    log: Logger,
    private readonly device: () => string,
    private readonly maxTextBytes?: number,
  ) {
    this.log = new BurstLog(log);
  }

  /**
   * What the signal carries: its argument, or the list of them if it has several or none is declared. Ends with a
   * ContractError where the device that is connected does not have the signal.
   */
  observe(contract: SignalContract): Observable<unknown> {
    const known = this.observables.get(contract.wireName);
    if (known !== undefined) return known;
    const observable = this.open(contract).pipe(share());
    this.observables.set(contract.wireName, observable);
    return observable;
  }

  /**
   * The same with the moments when the device emitted it: the device is told that somebody wants them.
   *
   * @param project - Makes of a value, its moment on the device's clock, if that was told, and who told it, what is given.
   */
  stamped<T>(contract: SignalContract, project: StampedProjection<T>): Observable<T> {
    return defer(() => {
      let peer: Peer | undefined;
      const wish = this.channel.state$.subscribe((state) => {
        if (state.kind === "connected") peer = state.peer;
      });
      // First: then the first signal has its moment.
      wish.add(this.channel.subscribe(timesOf(contract.wireName)).subscribe());
      return this.observe(contract).pipe(
        map((value) => project(value, this.current?.time, peer)),
        finalize(() => wish.unsubscribe()),
      );
    });
  }

  private open(contract: SignalContract): Observable<unknown> {
    const { wireName, member } = contract;
    const signals = this.channel.subscribe(wireName);
    return new Observable((observer) => {
      const leave = () => {
        connections.unsubscribe();
        if (subscription.closed) return;
        subscription.unsubscribe();
        this.sequences.unsubscribed(wireName);
      };
      let isOriginal = false;
      const connections = this.channel.state$.subscribe((state) => {
        if (state.kind !== "connected") return;
        isOriginal = state.peer.inventory.rigwire === undefined;
        const lacking = state.peer.missing.get(member);
        if (lacking !== undefined) observer.error(notOffered(lacking, { device: this.device(), member }));
      });
      const subscription = signals.subscribe({
        next: (frames) => {
          const message = this.read(frames);
          if (message?.signal !== wireName) return;
          if (isSignalEnd(message)) {
            const { seq, error } = message;
            if (seq !== undefined) this.sequences.ended(wireName, seq);
            // First: who subscribes again when it hears of it is subscribed anew, at the device too.
            leave();
            if (error === undefined) observer.complete();
            else observer.error(new SignalError(error, { device: this.device(), member }));
            return;
          }
          if (message.seq !== undefined) this.sequences.received(wireName, message.seq);
          const value = this.valueOf(contract, message, isOriginal ? frames.frame : undefined);
          if (value === UNFIT) return;
          this.current = message;
          observer.next(value);
        },
        complete: () => observer.complete(),
      });
      return leave;
    });
  }

  private read(frames: SignalFrames): SignalMessage | SignalEnd | undefined {
    if (this.last?.frames !== frames) this.last = { frames, message: this.decode(frames) };
    return this.last.message;
  }

  private decode({ frame, data }: SignalFrames): SignalMessage | SignalEnd | undefined {
    try {
      return decodeSignal(frame, this.maxTextBytes, data);
    } catch (error) {
      this.log.warn({ err: error }, `a signal could not be read: ${messageOf(error)}`, "unreadable");
      return undefined;
    }
  }

  /** @param original - The frame, where an original sent it. */
  private valueOf(
    { wireName, argumentTypes }: SignalContract,
    { args }: SignalMessage,
    original: Bytes | undefined,
  ): unknown {
    if (argumentTypes === undefined) return args.length > 1 ? args : args[0];
    try {
      if (args.length !== argumentTypes.length)
        throw new Error(`${args.length} arguments, ${argumentTypes.length} declared`);
      const hasText = original !== undefined && argumentTypes.some((type) => holdsKind(type, "string"));
      const given = hasText ? argumentsAsWritten(original) : args;
      const convert = original === undefined ? convertValue : convertFromOriginal;
      const values = argumentTypes.map((type, index) =>
        convert(type, given[index], `argument ${index + 1}`, []),
      );
      return values.length > 1 ? values : values[0];
    } catch (error) {
      this.log.error(
        { err: error },
        `signal ${wireName} does not fit its declaration: ${messageOf(error)}`,
        wireName,
      );
      this.sequences.unfit(wireName);
      return UNFIT;
    }
  }
}

const UNFIT = Symbol("unfit");
