import { deferred } from "../../lib/time/deferred";
import { pause } from "../../lib/time/pause";
import { withDeadline } from "../../lib/time/with-deadline";

describe("work with a deadline", () => {
  const never = new Promise<never>(() => undefined);

  it("gives its result where it comes in time", async () => {
    expect(await withDeadline(Promise.resolve("done"), 10_000, () => "late")).toBe("done");
  });

  it("fails as the work does", async () => {
    await expect(withDeadline(Promise.reject(new Error("broken")), 10_000, () => "late")).rejects.toThrow(
      "broken",
    );
  });

  it("gives what is to happen instead where it is late", async () => {
    expect(await withDeadline(never, 1, () => "late")).toBe("late");
  });

  it("fails where what is to happen instead throws", async () => {
    const late = withDeadline(never, 1, () => {
      throw new Error("too late");
    });
    await expect(late).rejects.toThrow("too late");
  });
});

describe("a deferred promise", () => {
  it("is settled from outside, once", async () => {
    const answer = deferred<number>();
    answer.resolve(1);
    answer.resolve(2);
    answer.reject(new Error("no effect"));

    expect(await answer.promise).toBe(1);
  });
});

describe("a pause", () => {
  it("ends early when its signal aborts, or has aborted before", async () => {
    const ending = new AbortController();
    const paused = pause(1_000_000, { signal: ending.signal });
    ending.abort();
    await paused;
    await pause(1_000_000, { signal: ending.signal });
  });
});
