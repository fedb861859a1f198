import { Deadlines } from "../../lib/transport/deadlines";

describe("deadlines", () => {
  let due: string[];
  let deadlines: Deadlines<string>;

  beforeEach(() => {
    jest.useFakeTimers();
    due = [];
    deadlines = new Deadlines((item) => due.push(item));
  });

  afterEach(() => {
    deadlines.clear();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  function set(item: string, inMs: number): void {
    deadlines.set(item, performance.now() + inMs);
  }

  it("are told when they are due, whatever the order in which they were set", () => {
    set("third", 300);
    set("first", 100);
    set("second", 200);

    jest.advanceTimersByTime(99);
    expect(due).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(due).toEqual(["first"]);
    jest.advanceTimersByTime(200);
    expect(due).toEqual(["first", "second", "third"]);
  });

  it("are told once, all that are due at once", () => {
    for (const item of ["a", "b", "c"]) set(item, 50);

    jest.advanceTimersByTime(1_000);

    expect(due).toEqual(["a", "b", "c"]);
  });

  it("that are taken back are not told", () => {
    set("a", 50);
    set("b", 60);
    deadlines.delete("a");

    jest.advanceTimersByTime(100);

    expect(due).toEqual(["b"]);
  });

  it("can be put off and brought forward", () => {
    set("later", 50);
    set("sooner", 500);
    set("later", 200);
    set("sooner", 100);

    jest.advanceTimersByTime(150);
    expect(due).toEqual(["sooner"]);
    jest.advanceTimersByTime(100);
    expect(due).toEqual(["sooner", "later"]);
  });

  it("in the past are told at the next turn, never at once", () => {
    set("past", -10);
    expect(due).toEqual([]);

    jest.advanceTimersByTime(1);

    expect(due).toEqual(["past"]);
  });

  it("further away than a timer reaches are waited for", () => {
    const month = 31 * 24 * 3_600_000;
    set("far", month);

    jest.advanceTimersByTime(month - 1_000);
    expect(due).toEqual([]);
    jest.advanceTimersByTime(2_000);
    expect(due).toEqual(["far"]);
  });

  it("at infinity need no timer", () => {
    deadlines.set("never", Infinity);

    expect(jest.getTimerCount()).toBe(0);
  });

  it("can be set while others are told", () => {
    deadlines = new Deadlines((item) => {
      due.push(item);
      if (due.length < 3) set(`${item}+`, 10);
    });
    set("a", 10);

    jest.advanceTimersByTime(100);

    expect(due).toEqual(["a", "a+", "a++"]);
  });

  it("are forgotten, timer and all", () => {
    set("a", 10);
    deadlines.clear();

    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(100);
    expect(due).toEqual([]);
  });
});
