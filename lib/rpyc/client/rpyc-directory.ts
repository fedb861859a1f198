import {
  catchError,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  from,
  Observable,
  share,
  throwError,
  timer,
} from "rxjs";
import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
} from "../../discovery/device-directory";
import { messageOf, RpycListingDisabledError } from "../../errors";
import { defaultLogger, type Logger } from "../../log/logger";
import { BurstLog } from "../../log/burst-log";
import { type RpycRegistryClient } from "./registry-client";
import { formatAddress, type ServiceAddress } from "../service-address";

const DEFAULT_POLL_MS = 5_000;

/** Names that are looked up at the same time: a registry answers one after the other anyway. */
const PARALLEL_LOOKUPS = 8;

/** What an {@link RpycDirectory} asks for, and how often. */
export interface RpycDirectoryOptions {
  /** The names that are devices. Default: whatever the registry lists, which it must allow then. */
  readonly names?: readonly string[];
  /** Milliseconds between two looks while someone is subscribed to `changes$`. Default 5,000. */
  readonly pollMs?: number;
  /** Default: {@link defaultLogger}. */
  readonly logger?: Logger;
}

/**
 * Looks devices up in an RPyC registry (utils.registry), which knows no more than names, in upper case, and
 * the addresses that go by them. So:
 *
 * - A device is to be registered under its name and its type, as {@link rpycNamesOf} gives them.
 * - By name or type: the addresses that go by it; by both: those that go by both. What was asked for is in the
 *   record as it was asked; what was not is empty: the protocol cannot tell.
 * - Whatever there is: a record for each name at each address, `type` empty; a device that goes by its name and
 *   its type is there twice. It takes a registry that allows listing, or the option `names`.
 * - `url` is `tcp://HOST:PORT`; whether rigwire's protocol or RPyC's is spoken there, the registry does not know.
 */
export class RpycDirectory implements DeviceDirectory {
  /**
   * Devices as they come and go, by asking again and again while someone is subscribed. While the registry
   * cannot be reached nothing is told. Fails with `RpycListingDisabledError` where listing is not allowed and
   * no `names` are given.
   */
  readonly changes$: Observable<DeviceEvent>;
  private readonly log: BurstLog;

  constructor(
    private readonly client: RpycRegistryClient,
    private readonly options: RpycDirectoryOptions = {},
  ) {
    this.log = new BurstLog(options.logger ?? defaultLogger());
    this.changes$ = defer(() => this.polled()).pipe(share());
  }

  /**
   * @throws RpycRegistryUnreachableError if the registry does not answer.
   * @throws RpycListingDisabledError if neither name nor type is asked for and the registry allows no listing.
   */
  async find({ name, type }: DeviceQuery, signal?: AbortSignal): Promise<readonly DeviceRecord[]> {
    const asked = [...new Set([name, type])].filter((key) => key !== undefined);
    if (asked.length === 0) return this.all(signal);
    const found = await Promise.all(asked.map((key) => this.discover(key, signal)));
    return inAll(found).map((address) => recordOf(name ?? "", type ?? "", address));
  }

  private async all(signal?: AbortSignal): Promise<readonly DeviceRecord[]> {
    const names = [...(this.options.names ?? (await this.client.list(undefined, signalOption(signal))))];
    const records: DeviceRecord[] = [];
    const lookUp = async () => {
      for (let name = names.pop(); name !== undefined; name = names.pop()) {
        for (const address of await this.discover(name, signal)) records.push(recordOf(name, "", address));
      }
    };
    try {
      await Promise.all(Array.from({ length: PARALLEL_LOOKUPS }, lookUp));
    } finally {
      // After a failure the others need not go on.
      names.length = 0;
    }
    return records;
  }

  private discover(name: string, signal: AbortSignal | undefined): Promise<readonly ServiceAddress[]> {
    return this.client.discover(name, signalOption(signal));
  }

  private polled(): Observable<DeviceEvent> {
    let before: ReadonlyMap<string, DeviceRecord> | undefined;
    return timer(0, this.options.pollMs ?? DEFAULT_POLL_MS).pipe(
      exhaustMap(() => this.look()),
      concatMap((records) => {
        const now = new Map(records.map((record) => [`${record.name}\n${record.url}`, record]));
        const events = before === undefined ? [] : differences(before, now);
        before = now;
        return from(events);
      }),
    );
  }

  /** One look, aborted when nobody is subscribed any more. */
  private look(): Observable<readonly DeviceRecord[]> {
    return new Observable<readonly DeviceRecord[]>((subscriber) => {
      const ending = new AbortController();
      this.all(ending.signal).then(
        (records) => {
          subscriber.next(records);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error),
      );
      return () => ending.abort();
    }).pipe(
      catchError((error: unknown) => {
        if (error instanceof RpycListingDisabledError) return throwError(() => error);
        this.log.warn({ registry: this.client.url, reason: messageOf(error) }, "RPyC directory: not polled");
        return EMPTY;
      }),
    );
  }
}

/** The names under which a device is to be registered so that {@link RpycDirectory} finds it by name and type. */
export function rpycNamesOf({ name, type }: Pick<DeviceRecord, "name" | "type">): readonly string[] {
  return [...new Set([name, type])].filter((key) => key !== "");
}

function recordOf(name: string, type: string, address: ServiceAddress): DeviceRecord {
  return { name, type, url: `tcp://${formatAddress(address)}` };
}

/** The addresses of the first list that are in all others too. */
function inAll(lists: readonly (readonly ServiceAddress[])[]): readonly ServiceAddress[] {
  const [first = [], ...others] = lists;
  const known = others.map((addresses) => new Set(addresses.map(formatAddress)));
  return first.filter((address) => known.every((addresses) => addresses.has(formatAddress(address))));
}

function differences(
  before: ReadonlyMap<string, DeviceRecord>,
  now: ReadonlyMap<string, DeviceRecord>,
): readonly DeviceEvent[] {
  const gone = [...before].filter(([key]) => !now.has(key));
  const come = [...now].filter(([key]) => !before.has(key));
  return [
    ...gone.map(([, device]) => ({ kind: "removed", device }) as const),
    ...come.map(([, device]) => ({ kind: "added", device }) as const),
  ];
}

function signalOption(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
