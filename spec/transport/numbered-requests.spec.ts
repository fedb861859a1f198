import * as fc from "fast-check";
import { NumberedRequests } from "../../lib/transport/numbered-requests";

/** What happens to the requests of a connection: one is sent, and one that is under way is answered or given up. */
const events = fc.array(
  fc.record({ kind: fc.constantFrom("send", "send", "answer", "give up"), which: fc.nat() }),
  { maxLength: 400 },
);

describe("requests by their numbers", () => {
  it("are found until they are answered, whichever is answered first", () => {
    fc.assert(
      fc.property(events, (happening) => {
        const requests = new NumberedRequests<string>();
        const expected = new Map<number, string | undefined>();
        let number = 0;
        for (const { kind, which } of happening) {
          const chosen = [...expected.keys()][which % Math.max(expected.size, 1)];
          if (kind === "send") {
            requests.set(++number, `request ${number}`);
            expected.set(number, `request ${number}`);
          } else if (chosen !== undefined && kind === "answer") {
            requests.delete(chosen);
            expected.delete(chosen);
          } else if (chosen !== undefined) {
            requests.set(chosen, undefined);
            expected.set(chosen, undefined);
          }
          expect(requests.size).toBe(expected.size);
          expect(requests.oldest).toBe([...expected.keys()][0]);
        }
        for (let each = -1; each <= number + 1; each++) {
          expect(requests.has(each)).toBe(expected.has(each));
          expect(requests.get(each)).toBe(expected.get(each));
        }
        expect(requests.takeAll()).toEqual([...expected.values()]);
        expect(requests.size).toBe(0);
      }),
    );
  });

  it.each([0, -1, 17, 2 ** 40])("are none the worse for an answer to %d, which nobody asked", (number) => {
    const requests = new NumberedRequests<string>();
    requests.set(1, "asked");
    requests.delete(number);

    expect([requests.get(number), requests.has(number), requests.size]).toEqual([undefined, false, 1]);
  });

  it("are found when a long one is overtaken by more than there are slots", () => {
    const requests = new NumberedRequests<string>();
    requests.set(1, "the long one");
    for (let number = 2; number < 20_000; number++) {
      requests.set(number, "a short one");
      requests.delete(number);
    }

    expect(requests.get(1)).toBe("the long one");
    expect(requests.size).toBe(1);
  });

  it("may be more than there are slots", () => {
    const requests = new NumberedRequests<number>();
    const numbers = Array.from({ length: 10_000 }, (_, place) => place + 1);
    for (const number of numbers) requests.set(number, number);

    expect(requests.oldest).toBe(1);
    expect(requests.takeAll()).toEqual(numbers);
  });
});
