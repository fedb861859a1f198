import { type Ask } from "../transport/rpc-channel";
import { type Inventory } from "../wire/inventory";
import { CollectedPages } from "../wire/member-pages";
import { encodeRequest } from "../wire/requests";

/**
 * An inventory with what its device says of the members in pages, asked for one after the other. Nothing is asked where all
 * is said already.
 *
 * @throws MalformedMessageError if a page is none, says again what another one said, or the pages are too many or too large.
 */
export async function wholeInventory(inventory: Inventory, ask: Ask): Promise<Inventory> {
  const pages = inventory.rigwire?.memberPages;
  if (pages === undefined) return inventory;
  const collected = new CollectedPages(pages);
  for (let page = 0; page < pages; page++) {
    collected.add(page, await ask(encodeRequest({ event: "GET_MEMBERS", page }), "GET_MEMBERS"));
  }
  return withMembers(inventory, collected);
}

/** An inventory that leaves out what is said of the members, with what the same server said of them before. */
export function withMembers(
  inventory: Inventory,
  { members, definitions }: Pick<NonNullable<Inventory["rigwire"]>, "members" | "definitions">,
): Inventory {
  const { rigwire } = inventory;
  return rigwire === undefined ? inventory : { ...inventory, rigwire: { ...rigwire, members, definitions } };
}
