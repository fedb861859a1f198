import {
  AdvertisementDirectory,
  type AdvertisementDirectoryOptions,
} from "../advertisement/advertisement-directory";
import {
  LocalServiceAdvertisement,
  type AdvertisementOptions,
} from "../advertisement/local-service-advertisement";
import { type RigModule, type ServedDevice } from "./rig-module";

/** Finds devices by the files in which processes of this user on this computer advertise them (protocols.md, 3). */
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
            Promise.resolve(new LocalServiceAdvertisement(descriptionOf(device), options)),
          close: () => Promise.resolve(),
        }),
    };
  },
};

function descriptionOf({ server, advertise, properties = {} }: ServedDevice) {
  const { name, url, contract } = server;
  return {
    // An advertisement has to have a name; a device need not.
    serviceName: name === "" ? contract.type : name,
    serviceType: contract.type,
    address: advertise ?? url,
    properties,
  };
}
