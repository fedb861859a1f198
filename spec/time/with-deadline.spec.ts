import { deferred } from "../../lib/time/deferred";
import { withDeadline } from "../../lib/time/with-deadline";

const late = () => "late";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe("work with a deadline", () => {
  it("gives its result in time, and leaves no timer behind", async () => {
    await expect(withDeadline(Promise.resolve(7), 100, late)).resolves.toBe(7);
    expect(jest.getTimerCount()).toBe(0);
  });

  it("fails as it does, and leaves no timer behind", async () => {
    await expect(withDeadline(Promise.reject(new Error("broken")), 100, late)).rejects.toThrow("broken");
    expect(jest.getTimerCount()).toBe(0);
  });

  it("gives what is to be given instead when it is late", async () => {
    const outcome = withDeadline(deferred().promise, 100, late);
    jest.advanceTimersByTime(100);
    await expect(outcome).resolves.toBe("late");
  });

  it("fails as it is to fail when it is late", async () => {
    const outcome = withDeadline(deferred().promise, 100, () => {
      throw new Error("no answer");
    });
    jest.advanceTimersByTime(100);
    await expect(outcome).rejects.toThrow("no answer");
  });

  it("may fail unheeded after its deadline", async () => {
    const work = deferred();
    const outcome = withDeadline(work.promise, 100, late);
    jest.advanceTimersByTime(100);
    work.reject(new Error("unheeded"));
    await expect(outcome).resolves.toBe("late");
  });

  it("is not late at once where the deadline is further away than a timer can hold", async () => {
    const work = deferred<number>();
    const outcome = withDeadline(work.promise, 2 ** 31, late);
    await jest.advanceTimersByTimeAsync(1_000);
    work.resolve(7);
    await expect(outcome).resolves.toBe(7);
  });
});
