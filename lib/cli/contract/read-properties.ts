import { type RpcClient } from "../../client/rpc-client";
import { type PropertyContract } from "../../contract/service-contract";
import { RemoteError } from "../../errors";

/** What came of reading one property. */
export type PropertyReading = { readonly property: PropertyContract } & (
  { readonly value: unknown } | { readonly error: unknown }
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
        return { property, value: await client.get(property, { signal }) };
      } catch (error) {
        if (error instanceof RemoteError) return { property, error };
        throw error;
      }
    }),
  );
}
