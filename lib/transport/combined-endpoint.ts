import { merge, type Observable, Subject, type Subscription } from "rxjs";
import { type Logger } from "../log/logger";
import { type Frame } from "../wire/frame";
import {
  type ClientIdentity,
  type EndpointOptions,
  type RequestHandler,
  type RpcEndpoint,
  type SubscriptionChange,
} from "./endpoint";
import { openEndpoint } from "./transports";

/**
 * Serves at one URL, or at several as if they were one.
 *
 * @returns The endpoint, and where clients connect: the first URL is the endpoint's own.
 * @throws AddressError if one cannot be bound, KeyError if its keys cannot be used; nothing is open then.
 */
export async function openEndpoints(
  urls: readonly [string, ...string[]],
  handler: RequestHandler,
  options: EndpointOptions,
  log: Logger,
): Promise<{ readonly endpoint: RpcEndpoint; readonly urls: readonly string[] }> {
  const [firstUrl, ...otherUrls] = urls;
  const first = await openEndpoint(firstUrl, handler, options, log);
  if (otherUrls.length === 0) return { endpoint: first, urls: [first.url] };
  const others: RpcEndpoint[] = [];
  try {
    // One after the other: the first that cannot be bound is the one that is told.
    for (const url of otherUrls) others.push(await openEndpoint(url, handler, options, log));
  } catch (error) {
    await Promise.all([first, ...others].map((endpoint) => endpoint.close()));
    throw error;
  }
  return { endpoint: new CombinedEndpoint(first, others), urls: [first, ...others].map(({ url }) => url) };
}

/** Several endpoints as one: requests come from all, signals go to all. */
class CombinedEndpoint implements RpcEndpoint {
  readonly url: string;
  readonly maxMessageBytes: number;
  readonly signalPort: number;
  readonly features: readonly string[];
  readonly subscriptions$: Observable<SubscriptionChange>;
  readonly departed$: Observable<ClientIdentity>;
  private readonly endpoints: readonly RpcEndpoint[];
  private readonly changes = new Subject<SubscriptionChange>();
  /** Signal → the endpoints at which it is wanted; all signals stand under nothing. */
  private readonly wanted = new Map<string | undefined, Set<RpcEndpoint>>();
  private readonly subscriptions: readonly Subscription[];

  constructor(first: RpcEndpoint, others: readonly RpcEndpoint[]) {
    this.endpoints = [first, ...others];
    this.url = first.url;
    this.maxMessageBytes = Math.min(...this.endpoints.map(({ maxMessageBytes }) => maxMessageBytes));
    // Of those that have ports of their own for signals: clients of the others do not look at it.
    this.signalPort = this.endpoints.find(({ signalPort }) => signalPort !== 0)?.signalPort ?? 0;
    this.features = [...new Set(this.endpoints.flatMap(({ features }) => features))];
    this.subscriptions$ = this.changes.asObservable();
    this.departed$ = merge(...this.endpoints.map(({ departed$ }) => departed$));
    this.subscriptions = this.endpoints.map((endpoint) =>
      endpoint.subscriptions$.subscribe((change) => this.follow(endpoint, change)),
    );
  }

  publish(signal: string, frame: Frame, data?: Uint8Array): void {
    for (const endpoint of this.endpoints) endpoint.publish(signal, frame, data);
  }

  /** The one over which the subscriptions came knows them. */
  async subscriptionsArrived(token: string | undefined, timeoutMs: number): Promise<boolean> {
    const arrived = this.endpoints.map(async (endpoint) => {
      if (await endpoint.subscriptionsArrived(token, timeoutMs)) return true;
      throw new Error("they came over another");
    });
    return Promise.any(arrived).catch(() => false);
  }

  async close(): Promise<void> {
    await Promise.all(this.endpoints.map((endpoint) => endpoint.close()));
    for (const subscription of this.subscriptions) subscription.unsubscribe();
    this.changes.complete();
  }

  private follow(endpoint: RpcEndpoint, { signal, subscribed }: SubscriptionChange): void {
    const wanting = this.wanted.get(signal) ?? new Set();
    const wasWanted = wanting.size > 0;
    if (subscribed) wanting.add(endpoint);
    else wanting.delete(endpoint);
    if (wanting.size > 0) this.wanted.set(signal, wanting);
    else this.wanted.delete(signal);
    if (wanting.size > 0 !== wasWanted) this.changes.next({ signal, subscribed });
  }
}
