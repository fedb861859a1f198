import { LinkedList, type Listed } from "../../lib/collections/linked-list";

class Item implements Listed<Item> {
  before: Item | undefined = undefined;
  after: Item | undefined = undefined;
  isListed = false;

  constructor(readonly name: string) {}
}

function listOf(...names: string[]) {
  const list = new LinkedList<Item>();
  const items = names.map((name) => new Item(name));
  for (const item of items) list.add(item);
  return { list, items };
}

function namesIn(list: LinkedList<Item>): string[] {
  return [...list].map(({ name }) => name);
}

describe("a list of what comes and goes", () => {
  it("has its items in the order in which they came", () => {
    expect(namesIn(listOf("a", "b", "c").list)).toEqual(["a", "b", "c"]);
  });

  it.each([
    [0, ["b", "c"]],
    [1, ["a", "c"]],
    [2, ["a", "b"]],
  ])("takes out item %i, wherever it stands, once", (place, left) => {
    const { list, items } = listOf("a", "b", "c");

    expect(list.delete(items[place]!)).toBe(true);
    expect(list.delete(items[place]!)).toBe(false);
    expect(namesIn(list)).toEqual(left);
  });

  it("takes one in again that was taken out, at the end", () => {
    const { list, items } = listOf("a", "b");
    list.delete(items[0]!);
    list.add(items[0]!);

    expect(namesIn(list)).toEqual(["b", "a"]);
  });

  it("gives out the oldest first, and is empty then", () => {
    const { list } = listOf("a", "b");

    expect([list.shift()?.name, list.shift()?.name, list.shift()]).toEqual(["a", "b", undefined]);
    expect(list.isEmpty).toBe(true);
  });

  it("leaves out of a round what is taken out before its turn, and what comes after its beginning", () => {
    const { list, items } = listOf("a", "b", "c");
    const seen: string[] = [];
    for (const { name } of list) {
      seen.push(name);
      if (name !== "a") continue;
      list.delete(items[1]!);
      list.add(new Item("d"));
    }

    expect(seen).toEqual(["a", "c"]);
  });

  it("leaves no reference in what was taken out, which would keep the others in memory", () => {
    const { list, items } = listOf("a", "b", "c");
    list.delete(items[1]!);

    expect(items[1]).toMatchObject({ before: undefined, after: undefined });
  });
});
