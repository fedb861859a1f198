import { type Entry } from "./journal";
import { type Pause } from "./chaos-process";
import { judge, type Verdict } from "./judge";
import { natsPlanOf } from "./nats/plan";
import { planOf } from "./plan";
import { TickAccount } from "./tick-account";

const issued: Entry = { kind: "issued", id: "c/1/1", at: 1_000, timeoutMs: 500 };

function began(at: number): Entry {
  return { kind: "began", id: "c/1/1", at };
}

function ended(at: number, outcome = "done"): Entry {
  return { kind: "ended", id: "c/1/1", at, outcome };
}

function judged(device: readonly Entry[], client: readonly Entry[], pauses = [{ from: 0, to: 0 }]): Verdict {
  return judge({ devices: [device], clients: [{ entries: client, pauses, lastIds: "c/1/" }] });
}

describe("the judge of the chaos", () => {
  it("finds nothing wrong where nothing is", () => {
    const verdict = judged([began(1_010)], [issued, ended(1_020)]);

    expect(verdict).toMatchObject({ problems: [], commandsRun: 1, runTwice: 0, runLate: 0 });
  });

  it.each<[string, readonly Entry[], readonly Entry[], string]>([
    ["a command that ran twice", [began(1_010), began(1_020)], [issued, ended(1_030)], "run twice"],
    [
      "a command that ran late",
      [began(1_700)],
      [issued, ended(1_500, "RpcTimeoutError")],
      "after its deadline",
    ],
    ["a call that never ended", [began(1_010)], [issued], "never ended"],
    ["a call that ended late", [], [issued, ended(9_000, "RpcTimeoutError")], "7500 ms after its deadline"],
    ["an answer that nobody gave", [], [issued, ended(1_010)], "answered but not run"],
    [
      "an error that is not true",
      [began(1_010)],
      [issued, ended(1_500, "BusyError (not run)")],
      "but was run",
    ],
    ["a problem that a client saw", [], [{ kind: "problem", text: "order" }], "order"],
  ])("finds %s", (_name, device, client, problem) => {
    expect(judged(device, client).problems).toEqual([expect.stringContaining(problem)]);
  });

  it("finds a source that did not clear up, unless its process ended, and one that did so twice", () => {
    const source: Entry = { kind: "source", id: "c/1/7", at: 1 };
    const cleared: Entry = { kind: "cleared", id: "c/1/7", at: 2 };

    expect(judged([source], []).problems).toEqual(["c/1/7 never cleared up"]);
    expect(judged([source, cleared, cleared], []).problems).toEqual(["c/1/7 cleared up twice"]);
    expect(judged([source, { kind: "opened" }], []).problems).toEqual([]);
  });

  it.each([
    ["began in time", 1_010, 1_005, 1_400, []],
    ["began late, but looked in time: it was held up", 1_900, 1_499, 1_500, []],
    ["looked late", 1_502, 1_501, 2_000, ["c/1/1 began 2 ms after its deadline"]],
    ["began what it knew to be late", 1_300, 1_299, 1_298, [/had seen that its deadline was over/]],
    ["looked long before", 2_500, 1_400, 1_500, [/began 1100 ms after the device had looked/]],
  ])(
    "goes by when a device looked at the deadline where it says so: one that %s",
    (_, at, looked, until, problems) => {
      const beginning: Entry = { kind: "began", id: "c/1/1", at, look: { at: looked, deadline: until } };
      const verdict = judged([beginning], [issued, ended(1_500, "RpcTimeoutError")]);

      expect(verdict.problems).toEqual(problems.map((each) => expect.stringMatching(each) as string));
    },
  );

  it("does not count rubbish that happens to be a command", () => {
    const rubbish: Entry = { kind: "began", id: "x", at: 1_010 };

    expect(judged([rubbish, rubbish], [])).toMatchObject({ problems: [], commandsRun: 0 });
  });

  it("forgives a client the time for which it was stopped, and a killed one its last calls", () => {
    const late = judged([], [issued, ended(9_000, "RpcTimeoutError")], [{ from: 1_100, to: 8_500 }]);
    const killed = judged([], [{ ...issued, id: "c/0/1" }]);

    expect([...late.problems, ...killed.problems]).toEqual([]);
  });

  it.each([
    [4, false],
    [5, true],
    [8, true],
    [9, false],
  ])("takes %i missed ticks around a restart for right: %s", (missed, isRight) => {
    const ticks: Entry[] = [
      { kind: "ticked", run: "a", number: 13 },
      { kind: "ticked", run: "b", number: 6 },
    ];
    const around = { fromRun: "a", lastNumber: 10, toRun: "b", firstNumber: 6 };
    const restart: Entry = { kind: "restart", ...around, missed };

    expect(judged(ticks, [restart]).problems).toHaveLength(isRight ? 0 : 1);
  });
});

describe("an account of ticks", () => {
  function accountOf(...events: readonly (number | readonly [string, number])[]) {
    const problems: string[] = [];
    const account = new TickAccount(
      (text) => problems.push(text),
      () => undefined,
    );
    for (const event of events) {
      if (typeof event === "number") account.missed(event);
      else account.heard(...event);
    }
    return { account, problems };
  }

  it("has nothing against ticks in order, with those that are missing told", () => {
    const { account, problems } = accountOf(["a", 1], ["a", 2], 3, ["a", 6], 1);

    expect(problems).toEqual([]);
    expect([account.covers({ run: "a", number: 7 }), account.covers({ run: "a", number: 8 })]).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    [
      "a gap that nobody told",
      [
        ["a", 1],
        ["a", 3],
      ] as const,
    ],
    [
      "a tick that came twice",
      [
        ["a", 1],
        ["a", 1],
      ] as const,
    ],
    [
      "a tick that came out of order",
      [
        ["a", 2],
        ["a", 1],
      ] as const,
    ],
    ["ticks told to be missed that came", [["a", 1], 1, ["a", 2]] as const],
  ])("tells %s", (_name, events) => {
    expect(accountOf(...events).problems).toHaveLength(1);
  });
});

it.each([planOf, natsPlanOf])("a plan is the same for the same seed, and another for another", (plan) => {
  expect(plan(7, 30)).toEqual(plan(7, 30));
  expect(plan(7, 30)).not.toEqual(plan(8, 30));
});

describe("commands that wait for their turn", () => {
  const began = (id: string) => ({ kind: "began", id, at: 0, inTurn: true }) as const;
  const judged = (...entries: Entry[]) => judge({ devices: [entries], clients: [] }).problems;

  it("may follow each other, and a process that was killed in the midst of one", () => {
    expect(judged(began("a/1/1"), { kind: "left", id: "a/1/1", at: 1 }, began("a/1/2"))).toEqual([]);
    expect(judged(began("a/1/1"), { kind: "opened" }, began("a/1/2"))).toEqual([]);
  });

  it("must not overlap", () => {
    expect(judged(began("a/1/1"), began("a/1/2"))).toEqual(["a/1/2 began while a/1/1 ran"]);
  });
});

describe("a command of a client that was killed", () => {
  const judged = (at: number, pauses: readonly Pause[] = []) =>
    judge({
      devices: [[{ kind: "began", id: "client-0/7/1", at }]],
      clients: [
        {
          entries: [],
          pauses: [],
          lastIds: "client-0/8/",
          deaths: [{ pid: 7, at: 1_000 }],
          idsOf: (pid) => `client-0/${pid}/`,
        },
      ],
      devicePauses: [pauses],
    });

  it("may begin as long as nobody can know", () => {
    expect(judged(2_500)).toMatchObject({ problems: [], runForNobody: 0 });
    expect(judged(4_500, [{ from: 1_100, to: 4_000 }])).toMatchObject({ problems: [], runForNobody: 0 });
  });

  it("must not begin later", () => {
    expect(judged(4_000)).toMatchObject({
      problems: ["client-0/7/1 began 3000 ms after its client was killed"],
      runForNobody: 1,
    });
  });
});
