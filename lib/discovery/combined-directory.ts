import { catchError, EMPTY, ReplaySubject, mergeAll, type Observable } from "rxjs";
import { firstFound, within } from "./answers";
import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
} from "./device-directory";

/** A directory that has not answered after this time no longer keeps the next from being asked, in milliseconds. */
const HEAD_START_MS = 300;

/**
 * A directory that has not answered after this time is left out of a list of everything, where it says nothing else, in
 * milliseconds.
 */
const LIST_WITHIN_MS = 1_000;

/** Several directories as one, asked in order; one that does not answer holds up the others for a moment only. */
export class CombinedDirectory implements DeviceDirectory {
  private readonly directories: DeviceDirectory[] = [];
  private readonly sources = new ReplaySubject<Observable<DeviceEvent>>();
  readonly changes$: Observable<DeviceEvent> = this.sources.pipe(mergeAll());

  /** Asks one more, after those that are there. */
  add(directory: DeviceDirectory): void {
    this.directories.push(directory);
    // A directory that cannot tell changes does not keep the others from it.
    this.sources.next(directory.changes$.pipe(catchError(() => EMPTY)));
  }

  /**
   * The matching devices of the first directory that knows any. An empty query lists what all of them know, each address
   * once; a directory that does not answer in its time (`listsWithinMs`, a second) is left out.
   *
   * @throws The first directory's error, if none knows a matching device and one could not be asked.
   */
  async find(query: DeviceQuery): Promise<readonly DeviceRecord[]> {
    if (query.name === undefined && query.type === undefined) return this.all();
    const searches: Promise<readonly DeviceRecord[]>[] = [];
    for (const directory of this.directories) {
      searches.push(findElsewhere(directory, query));
      const found = await firstFound(searches, HEAD_START_MS);
      if (found !== undefined) return found;
    }
    return (await firstFound(searches)) ?? nothingFound(await Promise.allSettled(searches));
  }

  /** Why some of them cannot be asked at the moment; nothing while all can. */
  get problem(): string | undefined {
    const problems = this.directories.flatMap(({ problem }) => problem ?? []);
    return problems.length === 0 ? undefined : problems.join("; ");
  }

  /** Nobody is told of changes any more. */
  close(): void {
    this.sources.complete();
  }

  private async all(): Promise<readonly DeviceRecord[]> {
    const lists = this.directories.map((directory) =>
      within(directory.find({}), directory.listsWithinMs ?? LIST_WITHIN_MS),
    );
    const answers = await Promise.allSettled(lists);
    const all: DeviceRecord[] = [];
    for (const answer of answers) {
      const known = new Set(all.map(({ url }) => url));
      if (answer.status === "fulfilled") all.push(...answer.value.filter(({ url }) => !known.has(url)));
    }
    return all.length > 0 ? all : nothingFound(answers);
  }
}

/** Not every directory heeds which addresses are ruled out. */
async function findElsewhere(
  directory: DeviceDirectory,
  query: DeviceQuery,
): Promise<readonly DeviceRecord[]> {
  const devices = await directory.find(query);
  const { notAt } = query;
  return notAt === undefined ? devices : devices.filter(({ url }) => !notAt.has(url));
}

function nothingFound(answers: readonly PromiseSettledResult<unknown>[]): readonly DeviceRecord[] {
  const failure = answers.find((answer) => answer.status === "rejected");
  if (failure !== undefined) throw failure.reason;
  return [];
}
