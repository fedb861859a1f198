import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExperimentEvent } from "../../lib/experiments/experiment-event";
import { decodeMessage, encodeFailure, encodeMessage } from "../../lib/experiments/experiment-message";
import {
  alyxMessage,
  answerTo,
  dataMessage,
  infoMessage,
  startMessage,
  statusMessage,
  stopMessage,
} from "../../lib/experiments/message-bodies";
import { ExperimentStatus } from "../../lib/experiments/experiment-status";

interface Recorded {
  readonly from: "main" | "rig";
  readonly text: string;
}

const recorded: readonly Recorded[] = JSON.parse(
  readFileSync(join(__dirname, "../vectors/iblutil-udp.json"), "utf8"),
);
const SUBJECT = "2022-01-01_1_subject";

describe("the recorded exchanges", () => {
  const messages = [...new Set(recorded.map(({ text }) => text))];
  const spoken = [
    ['[1, {"a": 1}]', dataMessage(ExperimentEvent.INIT, { a: 1 })],
    ['[1, {"ready": true}]', answerTo({ event: ExperimentEvent.INIT, body: [{ a: 1 }] }, { ready: true })],
    [`[2, "${SUBJECT}", null]`, startMessage(SUBJECT)],
    [
      `[2, "${SUBJECT}", {"file": "a.avi"}]`,
      answerTo({ event: ExperimentEvent.START, body: [SUBJECT, null] }, { file: "a.avi" }),
    ],
    ['[2, "2022-01-01_1_x", null]', startMessage({ date: "2022-01-01", sequence: 1, subject: "x" })],
    ["[32, 0]", statusMessage("connected")],
    ["[32, 20]", statusMessage(ExperimentStatus.RUNNING)],
    ['[64, 20, {"n": 1.5}]', infoMessage(ExperimentStatus.RUNNING, { n: 1.5 })],
    [
      '[64, 30, {"temp": 21.5, "name": "\\u00e9"}]',
      answerTo(
        { event: ExperimentEvent.INFO, body: [20, null] },
        { status: "stopped", data: { temp: 21.5, name: "é" } },
      ),
    ],
    ["[4, null]", stopMessage(undefined, false)],
    ['[4, {"frames": 100}]', answerTo({ event: ExperimentEvent.END, body: [null] }, { frames: 100 })],
    ["[16, null]", stopMessage(undefined, true)],
    ["[8, null]", dataMessage(ExperimentEvent.CLEANUP)],
    ["[128, null, {}]", alyxMessage()],
    [
      '[128, "https://alyx.example.org", {"bob": {"token": "abc"}}]',
      alyxMessage({ url: "https://alyx.example.org", token: { bob: { token: "abc" } } }),
    ],
  ] as const;

  it.each(spoken)("%s is written with the same meaning", (text, message) => {
    expect(messages).toContain(text);
    expect(JSON.parse(encodeMessage(message).toString())).toEqual(JSON.parse(text));
  });

  it.each(spoken)("%s is read", (text, message) => {
    expect(decodeMessage(Buffer.from(text))).toEqual(message);
  });

  it("has an error message, which is read and written", () => {
    const text = '[0, "ValueError: disk full", 4]';
    expect(messages).toContain(text);
    expect(decodeMessage(Buffer.from(text))).toEqual({ event: 0, error: "ValueError: disk full", failed: 4 });
    expect(JSON.parse(encodeFailure({ error: "ValueError: disk full", failed: 4 }).toString())).toEqual(
      JSON.parse(text),
    );
  });

  it("has no message that is not covered", () => {
    expect(messages).toHaveLength(spoken.length + 1);
  });
});
