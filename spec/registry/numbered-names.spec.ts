import fc from "../support/seeded-fast-check";
import { MinHeap } from "../../lib/registry/min-heap";
import { NumberedNames } from "../../lib/registry/numbered-names";

const step = fc.oneof(
  fc.record({ kind: fc.constant("first-free" as const), from: fc.constantFrom(0 as const, 1 as const) }),
  fc.record({ kind: fc.constant("take" as const), number: fc.nat(12) }),
  fc.record({ kind: fc.constant("release" as const), number: fc.nat(12) }),
);

it("the first free number is the one that a search from the start would find", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const names = new NumberedNames();
      const taken = new Set<string>();
      for (const each of steps) {
        if (each.kind === "first-free") {
          let expected: number = each.from;
          while (taken.has(`cam-${expected}`)) expected++;
          const name = names.firstFree("cam", each.from);
          expect(name).toBe(`cam-${expected}`);
          names.take(name);
          taken.add(name);
        } else if (each.kind === "take") {
          names.take(`cam-${each.number}`);
          taken.add(`cam-${each.number}`);
        } else if (taken.delete(`cam-${each.number}`)) {
          names.release(`cam-${each.number}`);
        }
      }
    }),
  );
});

it("a name with leading zeros is no number of another", () => {
  const names = new NumberedNames();
  names.take("cam-01");
  expect(names.firstFree("cam", 1)).toBe("cam-1");
});

it("twenty thousand devices of one name do not slow each other down", () => {
  const count = 20_000;
  const names = new NumberedNames();
  const begunAt = performance.now();
  for (let each = 0; each < count; each++) names.take(names.firstFree("cam", 1));
  const found = new Set<string>();
  for (let round = 0; round < count; round++) {
    names.release("cam-1");
    names.take(names.firstFree("cam", 1));
    found.add(names.firstFree("cam", 1));
  }

  expect([...found]).toEqual([`cam-${count + 1}`]);
  // Trying name after name would take minutes.
  expect(performance.now() - begunAt).toBeLessThan(10_000);
});

it("forgets a base when its last number is released", () => {
  const names = new NumberedNames();
  for (let base = 0; base < 10; base++) {
    names.take(`base${base}-1`);
    names.release(`base${base}-1`);
  }
  expect(Reflect.get(names, "byBase")).toEqual(new Map());
});

it("a heap gives its items smallest first", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (numbers) => {
      const heap = new MinHeap<number>((number) => number);
      for (const number of numbers) heap.push(number);
      const popped = Array.from({ length: numbers.length }, () => heap.pop());

      expect(popped).toEqual([...numbers].sort((a, b) => a - b));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
