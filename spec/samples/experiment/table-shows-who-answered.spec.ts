import { RigTable } from "../../../samples/experiment/rig-table";
import { EventTimeoutError, ExperimentEvent, RemoteExperimentError, type RigProgress } from "rigwire";

const RIGS = ["video", "sensor"];
const THREE_LINES_UP = "\x1b[3A";
const CLEAR_LINE = "\x1b[2K";
const { INIT, START } = ExperimentEvent;

function progress(event: ExperimentEvent, settled: Readonly<Record<string, readonly unknown[] | Error>>) {
  const entries = Object.entries(settled);
  const answers = entries.flatMap(([rig, of]) => (of instanceof Error ? [] : [[rig, of] as const]));
  const failures = entries.flatMap(([rig, of]) => (of instanceof Error ? [[rig, of] as const] : []));
  const waiting = RIGS.filter((rig) => !(rig in settled));
  return {
    events: event,
    name: ExperimentEvent.nameOf(event),
    rigs: RIGS,
    waiting,
    finished: waiting.length === 0,
    answers: new Map(answers),
    failures: new Map(failures),
    skipped: [],
  } satisfies RigProgress;
}

const broken = new RemoteExperimentError("Error: unplugged", START, { host: "127.0.0.1", port: 1 }, "sensor");
const late = new EventTimeoutError("too late", 10, "sensor");

describe("the table", () => {
  it("is a line an answer where nobody sees a terminal", () => {
    const lines: string[] = [];
    const table = new RigTable({ write: (text) => lines.push(text.trimEnd().replace(/ +/g, " ")) });
    table.show(progress(INIT, {}));
    table.show(progress(INIT, { sensor: [null] }));
    table.show(progress(INIT, { sensor: [null], video: [{ rate: 30 }] }));
    table.show(progress(START, { sensor: broken }));
    table.show(progress(START, { sensor: broken, video: ["r", null] }));
    expect(lines).toEqual([
      "init sensor ok null",
      'init video ok {"rate":30}',
      "start sensor FAILED",
      'start video ok "r" null',
    ]);
  });

  it("prints each round of the same event", () => {
    const lines: string[] = [];
    const table = new RigTable({ write: (text) => lines.push(text) });
    for (let round = 0; round < 2; round++) {
      table.show(progress(INIT, {}));
      table.show(progress(INIT, { sensor: [null], video: [null] }));
    }
    expect(lines).toHaveLength(4);
  });

  it("is drawn over itself on a terminal", () => {
    const drawn: string[] = [];
    const table = new RigTable({ isTTY: true, write: (text) => drawn.push(text) });
    table.show(progress(INIT, { video: [null] }));
    table.show(progress(INIT, { video: [null], sensor: late }));
    expect(drawn.map((text) => text.startsWith(THREE_LINES_UP))).toEqual([false, true]);
    const rows = drawn.map((text) =>
      text
        .replace(THREE_LINES_UP, "")
        .split("\n")
        .map((line) => line.replace(CLEAR_LINE, "").trim()),
    );
    expect(rows.map((lines) => lines.map((line) => line.split(/ +/)))).toEqual([
      [["init", "start", "status", "stop", "cleanup"], ["video", "ok"], ["sensor", "..."], [""]],
      [["init", "start", "status", "stop", "cleanup"], ["video", "ok"], ["sensor", "SILENT"], [""]],
    ]);
  });
});
