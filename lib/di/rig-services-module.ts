import { type DependencyContainer } from "tsyringe";
import { type DeviceQuery, type DeviceRecord } from "../discovery/device-directory";
import { locateDevices } from "../discovery/locate-device";
import { ValidationError } from "../errors";
import { Communicator } from "../experiments/communicator";
import { type CommunicatorOptions } from "../experiments/communicator-options";
import { RigServices, type RigServicesOptions } from "../experiments/rig-services";
import { DEVICE_DIRECTORY } from "./rig-app";
import { type RigModule } from "./rig-module";

const FIND_WITHIN_MS = 10_000;

/** Which rigs the app speaks to, and how. */
export interface RigServicesModuleOptions extends RigServicesOptions {
  /**
   * Speaks as well to every device of this type, or that fits this query, when the app starts. The modules before this
   * one are asked, and the first that knows any answers. They come after the rigs that are given.
   */
  readonly find?: string | DeviceQuery;
  /** How many devices `find` must find; the start of the app waits for them. Default 1. */
  readonly atLeast?: number;
  /** Milliseconds to wait for them. Default 10 000. */
  readonly findWithinMs?: number;
  /** The URI at which a found device takes part in experiments. Default: the URL under which it is known. */
  readonly uriOf?: (device: DeviceRecord) => string;
  /** How each rig is spoken to. */
  readonly communicator?: Omit<CommunicatorOptions, "name">;
}

/** Lets the app tell an experiment's events to all rigs: provides `RigServices` by injection (iblutil io.net). */
export const RigServicesModule = {
  /**
   * Speaks to rigs while the app runs. The start fails with `RigUriError` for a URI that is wrong, with
   * `DeviceUnavailableError` for a rig that is not found or has no TCP connection in time, and with `ValidationError`
   * if there is no rig, or two of one name.
   *
   * @param rigs - Rig name → URI such as `udp://10.0.0.7:11001`, in the order in which the rigs are told.
   */
  connect(rigs: Readonly<Record<string, string>>, options: RigServicesModuleOptions = {}): RigModule {
    return {
      name: "RigServicesModule",
      start: async (container) => {
        const uris = [...Object.entries(rigs), ...(await foundRigs(container, options))];
        if (uris.length === 0) {
          throw new ValidationError("RigServicesModule has no rig: give URIs, or { find: DEVICE TYPE }");
        }
        const services = await openServices(uris, options);
        container.registerInstance(RigServices, services);
        return { close: () => services.close() };
      },
    };
  },
};

type NamedUri = readonly [name: string, uri: string];

async function foundRigs(
  container: DependencyContainer,
  { find, atLeast = 1, findWithinMs = FIND_WITHIN_MS, uriOf = ({ url }) => url }: RigServicesModuleOptions,
): Promise<readonly NamedUri[]> {
  if (find === undefined) return [];
  const query = typeof find === "string" ? { type: find } : find;
  const wanted = { atLeast, timeoutMs: findWithinMs };
  const devices = await locateDevices(container.resolve(DEVICE_DIRECTORY), query, wanted);
  return devices.map((device) => [device.name, uriOf(device)]);
}

/** All or none: what was opened is closed again if one rig cannot be spoken to. */
async function openServices(
  uris: readonly NamedUri[],
  options: RigServicesModuleOptions,
): Promise<RigServices> {
  const opening = uris.map(([name, uri]) => Communicator.client(uri, { ...options.communicator, name }));
  const opened = (await Promise.allSettled(opening)).flatMap((result) =>
    result.status === "fulfilled" ? [result.value] : [],
  );
  try {
    return new RigServices(await Promise.all(opening), options);
  } catch (error) {
    await Promise.all(opened.map((communicator) => communicator.close()));
    throw error;
  }
}
