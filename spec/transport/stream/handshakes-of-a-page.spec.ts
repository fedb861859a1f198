import { Turns } from "../../../lib/transport/stream/browser/turns";

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Takes turns; what began is in the list. */
function begun(turns: Turns, count: number): { readonly names: number[]; readonly overs: (() => void)[] } {
  const [names, overs]: [number[], (() => void)[]] = [[], []];
  for (let name = 0; name < count; name++) {
    void turns.next().then((over) => {
      names.push(name);
      overs.push(over);
    });
  }
  return { names, overs };
}

it("six begin, and each further one when one of them is over", async () => {
  const { names, overs } = begun(new Turns(), 8);
  await jest.advanceTimersByTimeAsync(0);
  expect(names).toEqual([0, 1, 2, 3, 4, 5]);
  overs[2]?.();
  overs[2]?.();
  await jest.advanceTimersByTimeAsync(0);
  expect(names).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

it("those that take long hold up nobody for more than half a second", async () => {
  const turns = new Turns();
  const { names } = begun(turns, 14);
  await jest.advanceTimersByTimeAsync(499);
  expect(names).toHaveLength(6);
  await jest.advanceTimersByTimeAsync(501);
  expect(names).toHaveLength(14);
  await jest.advanceTimersByTimeAsync(1_000);
  const later = begun(turns, 6);
  await jest.advanceTimersByTimeAsync(0);
  expect(later.names).toHaveLength(6);
});
