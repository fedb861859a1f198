import { type RpcClient } from "../../client/rpc-client";
import { type Reading } from "../../client/timed";
import { type PropertyContract } from "../../contract/service-contract";
import { RemoteError } from "../../errors";

/** What came of reading one property. */
export type PropertyReading = { readonly property: PropertyContract } & (
  Reading<unknown> | { readonly error: unknown }
);

/**
 * Reads properties, all at once. A property whose getter fails tells so in its place.
 *
 * @throws What keeps the device from answering at all.
 */
export function readProperties(
  client: RpcClient,
  properties: readonly PropertyContract[],
  signal: AbortSignal,
): Promise<readonly PropertyReading[]> {
  return Promise.all(
    properties.map(async (property) => {
      try {
        return { property, ...(await client.read(property, { signal })) };
      } catch (error) {
        if (error instanceof RemoteError) return { property, error };
        throw error;
      }
    }),
  );
}
