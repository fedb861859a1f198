import {
  AdvertisementDirectory,
  type AdvertisementDirectoryOptions,
} from "../advertisement/advertisement-directory";
import {
  LocalServiceAdvertisement,
  type AdvertisementOptions,
} from "../advertisement/local-service-advertisement";
import { advertisedUrl } from "../address/node/advertised-url";
import { localUrl } from "../address/local-url";
import { defaultLogger } from "../log/logger";
import { NamedAnnouncement } from "./named-announcement";
import { announcePatiently } from "./patient-announcement";
import { type Announcement, type RigModule, type ServedDevice } from "./rig-module";

/** Between two attempts to write an advertisement, in milliseconds, unless it is confirmed at another rate. */
const RETRY_MS = 60_000;

/** Finds devices by the files in which processes of this user on this computer advertise them (bpod_core ipc). */
export const AdvertisementModule = {
  /**
   * Looks up what is advertised, and advertises the app's devices with the `properties` of their options.
   *
   * @param options.folder - Default: the user's runtime directory, as the originals have it.
   * @param options.properties - Looks up only services that have all of these.
   */
  local(options: AdvertisementDirectoryOptions & AdvertisementOptions = {}): RigModule {
    return {
      name: "AdvertisementModule",
      start: () =>
        Promise.resolve({
          directory: new AdvertisementDirectory(options),
          announce: (device) =>
            NamedAnnouncement.of(device.server, () => advertiseOrWarn(device, options), options.logger),
          close: () => Promise.resolve(),
        }),
    };
  },
};

function advertiseOrWarn(device: ServedDevice, options: AdvertisementOptions): Promise<Announcement> {
  const { logger = defaultLogger(), confirmMs: retryMs = RETRY_MS } = options;
  const onFailure = (error: Error) =>
    logger.warn({ err: error }, `the device is served, but not found on this computer: ${error.message}`);
  return announcePatiently(() => advertise(device, options), { retryMs, onFailure });
}

async function advertise(
  { server, advertise: explicit, properties = {} }: ServedDevice,
  options: AdvertisementOptions,
): Promise<LocalServiceAdvertisement> {
  const { name, url, contract } = server;
  const address =
    explicit === undefined
      ? localUrl(url)
      : await advertisedUrl(url, { advertise: explicit, registryUrl: url });
  return new LocalServiceAdvertisement(
    // An advertisement has to have a name; a device need not.
    { serviceName: name === "" ? contract.type : name, serviceType: contract.type, address, properties },
    options,
  );
}
