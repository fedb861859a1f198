import { RegistrationLoop, type RegistrationWork } from "../../lib/discovery/registration-loop";
import { Backoff } from "../../lib/time/backoff";
import { deferred } from "../../lib/time/deferred";

const RENEW_MS = 100;

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Waits 10, 20, 40 … ms after rounds that fail. */
function loopOf(work: Partial<RegistrationWork>): RegistrationLoop {
  const backoff = new Backoff({ firstMs: 10, longestMs: 1_000, jitter: [1, 1] });
  const always = { renew: () => Promise.resolve(RENEW_MS), failed: () => undefined };
  return new RegistrationLoop({ ...always, ...work }, { backoff });
}

const passed = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe("a registration that is kept", () => {
  it("begins at once, and is renewed when its time has come", async () => {
    const renew = jest.fn(() => Promise.resolve(RENEW_MS));
    const loop = loopOf({ renew });
    loop.start();
    expect(renew).toHaveBeenCalledTimes(1);
    await passed(RENEW_MS - 1);
    expect(renew).toHaveBeenCalledTimes(1);
    await passed(1);
    expect(renew).toHaveBeenCalledTimes(2);
    await loop.end();
  });

  it("is tried again later and later while it fails", async () => {
    const renew = jest.fn(() => Promise.reject<number>(new Error("away")));
    const failed = jest.fn(() => undefined);
    const loop = loopOf({ renew, failed });
    loop.start();
    await passed(9);
    expect(renew).toHaveBeenCalledTimes(1);
    await passed(1);
    expect(renew).toHaveBeenCalledTimes(2);
    await passed(19);
    expect(renew).toHaveBeenCalledTimes(2);
    await passed(1);
    expect(renew).toHaveBeenCalledTimes(3);
    expect(failed).toHaveBeenCalledWith(new Error("away"));
    await loop.end();
  });

  it("is tried again soon after an outage that follows a success", async () => {
    const renew = jest.fn(() => Promise.reject<number>(new Error("away")));
    const loop = loopOf({ renew });
    loop.start();
    await passed(10 + 20);
    renew.mockResolvedValueOnce(RENEW_MS);
    await passed(40);
    await passed(RENEW_MS);
    const before = renew.mock.calls.length;
    await passed(10);
    expect(renew).toHaveBeenCalledTimes(before + 1);
    await loop.end();
  });

  it("waits as long as whoever is told of the failure wants", async () => {
    const renew = jest.fn(() => Promise.reject<number>(new Error("refused")));
    const loop = loopOf({ renew, failed: () => 500 });
    loop.start();
    await passed(499);
    expect(renew).toHaveBeenCalledTimes(1);
    await passed(1);
    expect(renew).toHaveBeenCalledTimes(2);
    await loop.end();
  });

  it("does not wait any longer when it is woken", async () => {
    const renew = jest.fn(() => Promise.resolve(RENEW_MS));
    const loop = loopOf({ renew });
    loop.start();
    await passed(1);
    loop.wake();
    await passed(0);
    expect(renew).toHaveBeenCalledTimes(2);
    await loop.end();
  });

  it("ends during a wait, and leaves no timer behind", async () => {
    const renew = jest.fn(() => Promise.resolve(RENEW_MS));
    const loop = loopOf({ renew });
    loop.start();
    await passed(1);
    await loop.end();
    expect(renew).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it("ends when the round under way is over, whose failure is told to nobody", async () => {
    const round = deferred<number>();
    const failed = jest.fn(() => undefined);
    const loop = loopOf({ renew: () => round.promise, failed });
    loop.start();
    const ended = jest.fn();
    const end = loop.end().then(ended);
    await passed(1_000);
    expect(ended).not.toHaveBeenCalled();
    round.reject(new Error("aborted"));
    await end;
    expect(failed).not.toHaveBeenCalled();
  });

  it("tells a round under way that it ends", async () => {
    const loop = loopOf({
      renew: (ending) => new Promise((resolve) => ending.addEventListener("abort", () => resolve(0))),
    });
    loop.start();
    await loop.end();
    expect(loop.isEnding).toBe(true);
  });
});
