import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { messageOf } from "../errors";
import { defaultLogger, type Logger } from "../log/logger";
import {
  isAdvertisementName,
  isUnfinishedName,
  readAdvertisement,
  removeIfAbandoned,
  removeLeftover,
} from "./advertisement-file";
import {
  type AdvertisedService,
  hasProperties,
  type ServiceProperties,
  typeFolderName,
} from "./advertisement-record";
import { isSafeFolder } from "../platform/private-folder";
import { isWriterAlive } from "../platform/process-liveness";
import { searchedFolders } from "./advertisement-folder";

/** A service that was found. */
export interface DiscoveredService extends AdvertisedService {
  /** The path of its advertisement. */
  readonly serviceFile: string;
}

/** Which services are asked for; what is left out matches every service. */
export interface ServiceQuery {
  readonly serviceType?: string;
  /** Only services that have all of these, with equal values; null also matches a service without the property. */
  readonly properties?: ServiceProperties;
}

/** Where advertisements are read. */
export interface DiscoveryOptions {
  /** Folder of all advertisements. Default: those of this user, {@link searchedFolders}. */
  readonly folder?: string;
  /** Default: rigwire's own, {@link defaultLogger}. */
  readonly logger?: Logger;
}

/** Folders that were warned of; a watch comes by every few seconds. */
const distrusted = new Set<string>();

/**
 * The services that are advertised now, each as soon as it is read. Advertisements of processes that are gone
 * are removed if they are this user's; what is broken, unreadable or something else is passed over.
 */
export async function* discoverServices(
  query: ServiceQuery,
  { folder, logger = defaultLogger() }: DiscoveryOptions = {},
): AsyncGenerator<DiscoveredService, void, undefined> {
  const folders = folder === undefined ? searchedFolders() : [folder];
  for (const searched of folders) yield* servicesIn(searched, query, logger);
}

async function* servicesIn(
  folder: string,
  { serviceType, properties = {} }: ServiceQuery,
  logger: Logger,
): AsyncGenerator<DiscoveredService, void, undefined> {
  if (!maySearch(folder, logger)) return;
  const typeFolders = serviceType === undefined ? await namesIn(folder) : [typeFolderName(serviceType)];
  for (const typeFolder of typeFolders) {
    for await (const service of livingServices(join(folder, typeFolder), logger)) {
      // Types share a folder where their names differ in special characters only: all in it are given, as in Python.
      const isInPlace = typeFolderName(service.serviceType) === typeFolder;
      if (isInPlace && hasProperties(service, properties)) yield service;
    }
  }
}

async function* livingServices(typeFolder: string, logger: Logger): AsyncGenerator<DiscoveredService> {
  for (const name of await namesIn(typeFolder)) {
    const file = join(typeFolder, name);
    if (isUnfinishedName(name)) await removeIfAbandoned(file);
    if (!isAdvertisementName(name)) continue;
    const service = await livingService(file, logger);
    if (service !== undefined) yield { ...service, serviceFile: file };
  }
}

async function livingService(file: string, logger: Logger): Promise<AdvertisedService | undefined> {
  try {
    const { service, wroteAtMs, own } = await readAdvertisement(file);
    if (await isWriterAlive({ pid: service.pid, file, wroteAtMs })) return service;
    if (own) await removeLeftover(file);
  } catch (error) {
    logger.debug({ file, reason: messageOf(error) }, "passed over what is no advertisement");
  }
  return undefined;
}

function maySearch(folder: string, logger: Logger): boolean {
  try {
    if (isSafeFolder(folder)) return true;
    if (distrusted.has(folder)) return false;
    distrusted.add(folder);
    logger.warn({ folder }, "local services are not looked up: this folder may be another user's");
  } catch (error) {
    logger.debug({ folder, reason: messageOf(error) }, "local services are not looked up");
  }
  return false;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    return [];
  }
}
