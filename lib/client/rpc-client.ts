import { map, type Observable } from "rxjs";
import {
  type MethodContract,
  type PropertyContract,
  type ServiceContract,
  type SignalContract,
} from "../contract/service-contract";
import { MalformedMessageError, type ErrorPlace } from "../errors";
import { defaultLogger, type Logger } from "../log";
import {
  type ChannelOptions,
  type ChannelState,
  type Locate,
  type RpcChannel,
} from "../transport/rpc-channel";
import { openChannel } from "../transport/transports";
import { errorOf } from "../wire/failures";
import { decodeInventory, type Inventory } from "../wire/inventory";
import { decodeReply, type Reply } from "../wire/replies";
import { type RpcRequest } from "../wire/requests";
import { type CallOptions } from "./call-options";
import { OutgoingCall, withPlace, type UsualTimeout } from "./outgoing-call";
import { checkSendable, outgoingArguments } from "./outgoing-arguments";
import { MissedLog } from "./missed-log";
import { DeviceProtocol, type Peer } from "./peer";
import { RemoteSignals } from "./remote-signals";
import { SignalSequences, type MissedSignals } from "./signal-sequences";

export interface ClientOptions extends ChannelOptions, CallOptions {
  /** What errors call the device. Default: the name it has in its inventory, or its address. */
  readonly name?: string;
  /** Default: warnings and errors as JSON lines on stderr. */
  readonly logger?: Logger;
}

/** Where a client stands. */
export type ClientState =
  | { readonly kind: "idle" }
  /** It tries to connect; `problem` is why the last attempt failed. */
  | { readonly kind: "connecting"; readonly problem: string | undefined }
  | { readonly kind: "connected"; readonly url: string; readonly inventory: Inventory }
  | { readonly kind: "closed" };

const PROPERTY_TIMEOUT_MS = 10_000;
const INVENTORY_TIMEOUT_MS = 1_000;

/** The plumbing of a remote: calls by name, the inventory, the state of the connection. */
export class RpcClient {
  readonly state$: Observable<ClientState>;
  /** Signals that were sent and did not arrive, counted per signal. */
  readonly missed$: Observable<MissedSignals>;

  private readonly channel: RpcChannel<Peer>;
  private readonly sequences = new SignalSequences();
  private readonly signals: RemoteSignals;
  private readonly missedLog: MissedLog;
  /** The name, or else the address, under which it was last connected. */
  private lastKnown: string | undefined;

  /**
   * @param locate - Where the device is; asked before every attempt to connect.
   * @param contract - What the device must offer; nothing to take whatever it offers.
   */
  constructor(
    locate: Locate,
    contract: ServiceContract | undefined,
    private readonly options: ClientOptions = {},
  ) {
    const { logger = defaultLogger() } = options;
    this.channel = openChannel(locate, new DeviceProtocol(contract, this.sequences), options);
    this.signals = new RemoteSignals(this.channel, this.sequences, logger);
    this.state$ = this.channel.state$.pipe(map(toClientState));
    this.missed$ = this.sequences.missed$;
    this.channel.state$.subscribe((state) => this.remember(state));
    this.missedLog = new MissedLog(logger, () => this.device);
    this.missed$.subscribe((missed) => this.missedLog.add(missed));
  }

  /** What errors call the device. */
  get device(): string {
    return this.options.name ?? this.lastKnown ?? "device";
  }

  /**
   * Calls a method.
   *
   * @returns What the method returned; for a buffer method its bytes and info object.
   * @throws RemoteError, ValidationError, RpcTimeoutError, ConnectionLostError, DeviceUnavailableError, ContractError.
   */
  async call(method: MethodContract, args: readonly unknown[], options: CallOptions = {}): Promise<unknown> {
    const { result } = method;
    const request = this.methodCall(method, args);
    const reply = await this.request(request, method.member, usualTimeoutOf(method), options);
    if (reply.kind === "buffer") return [reply.data, reply.info];
    if (result === "json") return reply.body.result;
    throw new MalformedMessageError(`${method.member} answered without bytes`, this.place(method.member));
  }

  async get({ wireName, member }: PropertyContract, options: CallOptions = {}): Promise<unknown> {
    const request: RpcRequest = { event: "PROPERTY_GET", property: wireName };
    const reply = await this.request(request, member, propertyTimeout, options);
    if (reply.kind === "success") return reply.body.value;
    throw new MalformedMessageError(`${member} answered with bytes`, this.place(member));
  }

  async set(
    { wireName, member }: PropertyContract,
    value: unknown,
    options: CallOptions = {},
  ): Promise<void> {
    try {
      checkSendable(value, "the value");
    } catch (error) {
      throw withPlace(error, this.place(member));
    }
    const request: RpcRequest = { event: "PROPERTY_SET", property: wireName, value: value ?? null };
    await this.request(request, member, propertyTimeout, options);
  }

  signal(contract: SignalContract): Observable<unknown> {
    return this.signals.observe(contract);
  }

  /** What the device says of itself, asked anew. */
  async inventory(options: CallOptions = {}): Promise<Inventory> {
    const reply = await this.request({ event: "GET_INVENTORY" }, undefined, inventoryTimeout, options);
    if (reply.kind === "success") return decodeInventory(reply.body);
    throw new MalformedMessageError("the inventory is a buffer", this.place(undefined));
  }

  /** Ends the connection, every call that waits and every signal. Twice is fine. */
  async close(): Promise<void> {
    await this.channel.close();
    this.sequences.close();
    this.missedLog.close();
  }

  private async request(
    request: RpcRequest,
    member: string | undefined,
    usualTimeout: UsualTimeout,
    options: CallOptions,
  ): Promise<Exclude<Reply, { kind: "failure" }>> {
    const call = new OutgoingCall(this, request, member, usualTimeout, options, this.options);
    const reply = decodeReply(await this.channel.request(call));
    if (reply.kind === "failure") throw errorOf(reply.failure, call.place);
    return reply;
  }

  private methodCall(method: MethodContract, args: readonly unknown[]): RpcRequest {
    try {
      return { event: "METHOD_CALL", method: method.wireName, ...outgoingArguments(method, args) };
    } catch (error) {
      throw withPlace(error, this.place(method.member));
    }
  }

  private place(member: string | undefined): ErrorPlace {
    return { device: this.device, ...(member !== undefined && { member }) };
  }

  private remember(state: ChannelState<Peer>): void {
    if (state.kind !== "connected") return;
    const { name } = state.peer.inventory;
    this.lastKnown = name === "" ? state.url : name;
  }
}

const propertyTimeout: UsualTimeout = () => PROPERTY_TIMEOUT_MS;
const inventoryTimeout: UsualTimeout = () => INVENTORY_TIMEOUT_MS;

const methodTimeouts = new WeakMap<MethodContract, UsualTimeout>();

/** What the device's inventory says of a method, and the contract until the inventory is known. */
function usualTimeoutOf(method: MethodContract): UsualTimeout {
  const known = methodTimeouts.get(method);
  if (known !== undefined) return known;
  const { wireName, timeoutMs } = method;
  const timeout: UsualTimeout = (peer) => {
    if (peer === undefined) return timeoutMs;
    const { jsonMethods, bufferMethods } = peer.inventory;
    return jsonMethods.get(wireName) ?? bufferMethods.get(wireName) ?? null;
  };
  methodTimeouts.set(method, timeout);
  return timeout;
}

function toClientState(state: ChannelState<Peer>): ClientState {
  return state.kind === "connected"
    ? { kind: "connected", url: state.url, inventory: state.peer.inventory }
    : state;
}
