import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Observable } from "rxjs";

import { messageOf } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import { isAdvertisementName } from "./advertisement-file";
import { typeFolderName } from "./advertisement-record";
import {
  type DiscoveredService,
  discoverServices,
  type DiscoveryOptions,
  type ServiceQuery,
} from "./discovery";
import { FolderWatch } from "./folder-watch";
import { searchedFolders } from "./advertisement-folder";

/** A service that appeared or disappeared. */
export interface ServiceEvent {
  readonly kind: "added" | "removed";
  readonly service: DiscoveredService;
}

/** How advertisements are watched. */
export interface WatchOptions extends DiscoveryOptions {
  /** Milliseconds between looks at what the system does not report, such as crashed processes. Default 5 000. */
  readonly rescanMs?: number;
  /** Tells the services that are there at the subscription as added. Default true. */
  readonly includeExisting?: boolean;
}

const RESCAN_MS = 5_000;

/**
 * Services as they appear and disappear, from the subscription on, which keeps the process alive. A service whose
 * advertisement changes disappears and appears again. It never ends and never fails.
 */
export function watchServices(query: ServiceQuery, options: WatchOptions = {}): Observable<ServiceEvent> {
  return new Observable<ServiceEvent>((subscriber) => {
    const folders = options.folder === undefined ? searchedFolders() : [options.folder];
    const watches = folders.map(
      (folder) => new ServiceWatch(query, { ...options, folder }, (event) => subscriber.next(event)),
    );
    return () => {
      for (const watch of watches) watch.close();
    };
  });
}

class ServiceWatch {
  private readonly known = new Map<string, DiscoveredService>();
  /** Files of services that are not told as added. */
  private readonly untold: Set<string>;
  private readonly folder: string;
  private readonly logger: Logger;
  private readonly changes: FolderWatch;
  private readonly clock: NodeJS.Timeout;
  private isLooking = false;
  private isStale = false;
  private isClosed = false;

  constructor(
    private readonly query: ServiceQuery,
    options: WatchOptions & { readonly folder: string },
    private readonly tell: (event: ServiceEvent) => void,
  ) {
    this.folder = options.folder;
    this.logger = options.logger ?? defaultLogger();
    const typeFolder = query.serviceType === undefined ? undefined : typeFolderName(query.serviceType);
    this.changes = new FolderWatch(this.folder, typeFolder, () => this.look());
    this.untold = new Set(options.includeExisting === false ? filesIn(this.folder, typeFolder) : []);
    this.clock = setInterval(() => this.look(), options.rescanMs ?? RESCAN_MS);
    this.look();
  }

  close(): void {
    this.isClosed = true;
    clearInterval(this.clock);
    this.changes.close();
  }

  /** One look at a time; what happens meanwhile makes for one more. */
  private look(): void {
    this.isStale = true;
    if (this.isLooking) return;
    this.lookWhileStale().catch((error: unknown) => {
      this.logger.warn(
        { folder: this.folder, reason: messageOf(error) },
        "local services were not looked up",
      );
    });
  }

  private async lookWhileStale(): Promise<void> {
    this.isLooking = true;
    try {
      while (this.isStale && !this.isClosed) {
        this.isStale = false;
        this.changes.follow();
        this.compare(await this.present());
      }
    } finally {
      this.isLooking = false;
    }
  }

  private async present(): Promise<ReadonlyMap<string, DiscoveredService>> {
    const found = new Map<string, DiscoveredService>();
    for await (const service of discoverServices(this.query, { folder: this.folder, logger: this.logger })) {
      found.set(service.serviceFile, service);
    }
    return found;
  }

  private compare(found: ReadonlyMap<string, DiscoveredService>): void {
    for (const [file, service] of [...this.known]) {
      if (isDeepStrictEqual(service, found.get(file))) continue;
      this.known.delete(file);
      this.tellIfOpen({ kind: "removed", service });
    }
    for (const [file, service] of found) {
      if (this.known.has(file)) continue;
      this.known.set(file, service);
      if (!this.untold.has(file)) this.tellIfOpen({ kind: "added", service });
    }
    this.untold.clear();
  }

  private tellIfOpen(event: ServiceEvent): void {
    if (!this.isClosed) this.tell(event);
  }
}

/** At once, so that nothing can come between the subscription and the list. */
function filesIn(folder: string, typeFolder: string | undefined): readonly string[] {
  const typeFolders = typeFolder === undefined ? namesIn(folder) : [typeFolder];
  return typeFolders
    .map((name) => join(folder, name))
    .flatMap((path) =>
      namesIn(path)
        .filter(isAdvertisementName)
        .map((name) => join(path, name)),
    );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
