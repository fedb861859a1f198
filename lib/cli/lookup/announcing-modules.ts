import { type Announcement, type RigModule } from "../../di/rig-module";
import { messageOf } from "../../errors";
import { type Logger } from "../../log/logger";
import { type ChosenKeys } from "../keys/chosen-keys";
import { hostAndPort } from "./lookup";
import { fleetByMdns, type LookupPlace } from "./lookup-options";

/** The modules that make a served device known in the places where others look it up. */
export function announcingModules(
  places: readonly LookupPlace[],
  keys: ChosenKeys,
  logger: Logger,
): Promise<readonly RigModule[]> {
  return Promise.all(places.map((place) => announcingModule(place, keys, logger)));
}

async function announcingModule(place: LookupPlace, keys: ChosenKeys, logger: Logger): Promise<RigModule> {
  switch (place.kind) {
    case "local": {
      const { AdvertisementModule } = await import("../../di/advertisement-module.js");
      return AdvertisementModule.local({ logger });
    }
    case "registry": {
      const { RegistryModule } = await import("../../di/registry-module.js");
      return RegistryModule.connect(place.url, { ...keys.towardsRegistry(), logger });
    }
    case "mdns": {
      const { MdnsModule } = await import("../../di/mdns-module.js");
      return MdnsModule.local({
        logger,
        ...(place.interfaces !== undefined && { interfaces: place.interfaces }),
      });
    }
    case "fleet": {
      const { FleetModule } = await import("../../di/fleet-module.js");
      const wanted = fleetByMdns(place.url);
      return wanted === undefined
        ? FleetModule.connect(place.url, { logger })
        : FleetModule.discover({ ...wanted, logger });
    }
    case "rpyc": {
      const { RpycRegistryModule } = await import("../../di/rpyc-registry-module.js");
      const address = place.address === undefined ? {} : hostAndPort(place.address);
      return place.transport === "tcp"
        ? RpycRegistryModule.tcp({ host: "", ...address, logger })
        : RpycRegistryModule.udp({ ...address, logger });
    }
  }
}

/** The same module; where it cannot make a device known, the device is served all the same, with a warning. */
export function forgiving(module: RigModule, logger: Logger): RigModule {
  return {
    name: module.name,
    async start(container) {
      const running = await module.start(container);
      if (running.announce === undefined) return running;
      return {
        ...running,
        async announce(device) {
          try {
            return (await running.announce?.(device)) ?? NOT_ANNOUNCED;
          } catch (error) {
            logger.warn({ err: error }, `the device is served, but not announced: ${messageOf(error)}`);
            return NOT_ANNOUNCED;
          }
        },
        close: () => running.close(),
      };
    },
  };
}

const NOT_ANNOUNCED: Announcement = { close: () => Promise.resolve() };
