import { type Inventory } from "../../../wire/inventory";

/**
 * An inventory as it is saved: the reply to `GET_INVENTORY` without what differs between two moments of one device, so
 * that two files differ where the contracts do.
 */
export function inventoryDocument(inventory: Inventory): object {
  const { name, jsonMethods, bufferMethods, signals, properties, rigwire } = inventory;
  return {
    json_methods: Object.fromEntries(jsonMethods),
    buffer_methods: Object.fromEntries(bufferMethods),
    signals,
    properties,
    name,
    ...(rigwire !== undefined && {
      rigwire: {
        type: rigwire.type,
        version: rigwire.version,
        instance: "",
        clock: 0,
        signalPort: 0,
        features: rigwire.features,
        members: Object.fromEntries(rigwire.members),
        definitions: rigwire.definitions,
      },
    }),
  };
}
