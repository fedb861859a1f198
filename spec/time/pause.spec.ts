import { getEventListeners } from "node:events";
import { pause } from "../../lib/time/pause";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe("a pause", () => {
  it("ends when its time is over, not sooner", async () => {
    const ended = jest.fn();
    const paused = pause(100).then(ended);
    await jest.advanceTimersByTimeAsync(99);
    expect(ended).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    await paused;
  });

  it("ends when its signal aborts, and leaves no timer behind", async () => {
    const ending = new AbortController();
    const paused = pause(100, { signal: ending.signal });
    ending.abort();
    await paused;
    expect(jest.getTimerCount()).toBe(0);
  });

  it("does not begin where its signal has aborted", async () => {
    await pause(100, { signal: AbortSignal.abort() });
    expect(jest.getTimerCount()).toBe(0);
  });

  it("takes its listener off the signal when it is over", async () => {
    const { signal } = new AbortController();
    const paused = pause(100, { signal });
    jest.advanceTimersByTime(100);
    await paused;
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("does not end at once where it is longer than a timer can hold", async () => {
    const ended = jest.fn();
    const ending = new AbortController();
    const paused = pause(2 ** 31, { signal: ending.signal }).then(ended);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ended).not.toHaveBeenCalled();
    ending.abort();
    await paused;
  });
});
