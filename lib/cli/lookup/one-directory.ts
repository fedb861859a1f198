import { CombinedDirectory } from "../../discovery/combined-directory";
import { type DeviceDirectory } from "../../discovery/device-directory";
import { type Logger } from "../../log/logger";
import { ChosenKeys } from "../keys/chosen-keys";
import { type DeviceOptions } from "./device-options";
import { Lookup } from "./lookup";
import { lookupPlaces } from "./lookup-options";

/**
 * Gives a command the devices of all places that its options name, as one directory.
 *
 * @param use - The directory is closed when it has ended.
 */
export async function withOneDirectory(
  options: DeviceOptions,
  logger: Logger,
  use: (directory: DeviceDirectory, keys: ChosenKeys) => Promise<void>,
): Promise<void> {
  const keys = ChosenKeys.read(options, process.env);
  const lookup = await Lookup.open(lookupPlaces(options, process.env), keys, logger);
  const directory = new CombinedDirectory();
  for (const source of lookup.sources) directory.add(source.directory);
  try {
    await use(directory, keys);
  } finally {
    directory.close();
    await lookup.close();
  }
}
