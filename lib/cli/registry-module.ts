import { type RigModule } from "../di/rig-module";
import { type Logger } from "../log";
import { RegistryClient } from "../registry/registry-client";
import { RegistryDirectory } from "../registry/registry-directory";
import { RegistryLease } from "../registry/registry-lease";

/** Keeps served devices in a device registry, and looks devices up there. */
export function registryModule(url: string, logger: Logger): RigModule {
  return {
    name: "RegistryModule",
    start() {
      const client = new RegistryClient(url, { logger });
      return Promise.resolve({
        directory: new RegistryDirectory(client),
        announce: ({ server, advertise, overwrite = false }) =>
          Promise.resolve(new RegistryLease(client, server, { advertise, overwrite, logger })),
        close: () => client.close(),
      });
    },
  };
}
