import { Deadlines } from "../../lib/time/deadlines";

interface Item {
  readonly name: string;
  dueAt: number;
}

describe("deadlines", () => {
  let due: string[];
  let items: Set<Item>;
  let deadlines: Deadlines<Item>;

  beforeEach(() => {
    jest.useFakeTimers();
    due = [];
    items = new Set();
    deadlines = deadlinesOf(() => undefined);
  });

  afterEach(() => {
    deadlines.stop();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  function deadlinesOf(then: (name: string) => void): Deadlines<Item> {
    return new Deadlines(items, (item) => {
      items.delete(item);
      due.push(item.name);
      then(item.name);
    });
  }

  function itemOf(name: string): Item {
    return [...items].find((item) => item.name === name) ?? { name, dueAt: Infinity };
  }

  function set(name: string, inMs: number): void {
    const item = itemOf(name);
    item.dueAt = performance.now() + inMs;
    items.add(item);
    deadlines.watch(item.dueAt);
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
    items.delete(itemOf("a"));

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
    set("never", Infinity);

    expect(jest.getTimerCount()).toBe(0);
  });

  it("can be set while others are told", () => {
    deadlines = deadlinesOf((name) => {
      if (due.length < 3) set(`${name}+`, 10);
    });
    set("a", 10);

    jest.advanceTimersByTime(100);

    expect(due).toEqual(["a", "a+", "a++"]);
  });

  it("that are stopped are not told, and leave no timer", () => {
    set("a", 10);
    deadlines.stop();

    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(100);
    expect(due).toEqual([]);
  });
});
