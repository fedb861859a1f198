import { type DeviceDirectory, type DeviceRecord } from "../discovery/device-directory";
import { DeviceList } from "../discovery/device-list";
import { type RigModule } from "./rig-module";

/** Looks devices up in a directory that the app is given. */
export const DirectoryModule = {
  /** Devices at addresses that are known beforehand. */
  fixed(devices: Iterable<DeviceRecord>): RigModule {
    return DirectoryModule.of(new DeviceList(devices));
  },

  /** Any directory; it is not closed with the app. */
  of(directory: DeviceDirectory): RigModule {
    return {
      name: "DirectoryModule",
      start: () => Promise.resolve({ directory, close: () => Promise.resolve() }),
    };
  },
};
