import { catchError, EMPTY, ReplaySubject, mergeAll, type Observable } from "rxjs";
import {
  type DeviceDirectory,
  type DeviceEvent,
  type DeviceQuery,
  type DeviceRecord,
} from "./device-directory";

/** Several directories as one, asked in order: the first that knows a matching device answers. */
export class CombinedDirectory implements DeviceDirectory {
  private readonly directories: DeviceDirectory[] = [];
  private readonly sources = new ReplaySubject<Observable<DeviceEvent>>();
  readonly changes$: Observable<DeviceEvent> = this.sources.pipe(mergeAll());

  add(directory: DeviceDirectory): void {
    this.directories.push(directory);
    // A directory that cannot tell changes does not keep the others from it.
    this.sources.next(directory.changes$.pipe(catchError(() => EMPTY)));
  }

  /**
   * @throws The first directory's error, if none knows a matching device and one could not be asked.
   */
  async find(query: DeviceQuery): Promise<readonly DeviceRecord[]> {
    const failures: unknown[] = [];
    for (const directory of this.directories) {
      try {
        const found = await directory.find(query);
        if (found.length > 0) return found;
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
    return [];
  }

  /** Nobody is told of changes any more. */
  close(): void {
    this.sources.complete();
  }
}
