import { filter, merge, type Observable, Subject, type Subscription } from "rxjs";
import { type Logger } from "../log/logger";
import { type Frame } from "../wire/frame";
import {
  type ClientIdentity,
  type EndpointOptions,
  type RequestHandler,
  type RpcEndpoint,
  type SubscriptionChange,
} from "./endpoint";
import { localRoad, type LocalRoadEndpoint } from "./local-road";
import { type LocalRoadOffer } from "../wire/local-road-offer";
import { openEndpoint, transportOf } from "./transports";

/**
 * Serves at one URL, or at several as if they were one, and on the local road besides.
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
  const others: RpcEndpoint[] = [];
  try {
    // One after the other: the first that cannot be bound is the one that is told.
    for (const url of otherUrls) others.push(await openEndpoint(url, handler, options, log));
  } catch (error) {
    await Promise.all([first, ...others].map((endpoint) => endpoint.close()));
    throw error;
  }
  const urlsTaken = [first, ...others].map(({ url }) => url);
  const road = await openLocalRoad(urlsTaken, handler, options, log);
  if (others.length === 0 && road === undefined) return { endpoint: first, urls: urlsTaken };
  return { endpoint: new CombinedEndpoint(first, others, road), urls: urlsTaken };
}

async function openLocalRoad(
  urls: readonly string[],
  handler: RequestHandler,
  options: EndpointOptions,
  log: Logger,
): Promise<LocalRoadEndpoint | undefined> {
  if (options.local === false || !urls.some((url) => transportOf(url).leadsToLocalRoad?.(url)))
    return undefined;
  return localRoad()?.server().listen(handler, options, log);
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

  constructor(
    first: RpcEndpoint,
    others: readonly RpcEndpoint[],
    private readonly road: LocalRoadEndpoint | undefined,
  ) {
    const ways = [first, ...others];
    this.endpoints = road === undefined ? ways : [...ways, road];
    this.url = first.url;
    this.maxMessageBytes = Math.min(...this.endpoints.map(({ maxMessageBytes }) => maxMessageBytes));
    // Of those that have ports of their own for signals: clients of the others do not look at it.
    this.signalPort = this.endpoints.find(({ signalPort }) => signalPort !== 0)?.signalPort ?? 0;
    this.features = [...new Set(this.endpoints.flatMap(({ features }) => features))];
    this.subscriptions$ = this.changes.asObservable();
    const departed$ = merge(...ways.map((way) => way.departed$));
    this.departed$ =
      road === undefined
        ? departed$
        : // Who has moved is there for as long as it is on the road.
          merge(departed$.pipe(filter((client) => !road.isKept(client))), road.departed$);
    this.subscriptions = this.endpoints.map((endpoint) =>
      endpoint.subscriptions$.subscribe((change) => this.follow(endpoint, change)),
    );
  }

  get clientCount(): number | undefined {
    let sum = 0;
    for (const { clientCount } of this.endpoints) {
      if (clientCount === undefined) return undefined;
      sum += clientCount;
    }
    return sum;
  }

  publish(signal: string, frame: Frame, data?: Uint8Array): number {
    let missing = 0;
    for (const endpoint of this.endpoints) missing += endpoint.publish(signal, frame, data);
    return missing;
  }

  offerLocalRoad(client: ClientIdentity): LocalRoadOffer | undefined {
    return this.road?.offer(client);
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
    if (subscribed) wanting.add(endpoint);
    else wanting.delete(endpoint);
    if (wanting.size > 0) this.wanted.set(signal, wanting);
    else this.wanted.delete(signal);
    // Each who comes is told; of those who leave only the last.
    if (subscribed || wanting.size === 0) this.changes.next({ signal, subscribed });
  }
}
