import { EncodingError, MalformedMessageError, ValidationError } from "../../lib/errors";
import { ExperimentEvent } from "../../lib/experiments/experiment-event";
import { decodeMessage, encodeMessage } from "../../lib/experiments/experiment-message";
import { answerTo } from "../../lib/experiments/message-bodies";
import { MessageMarks, readMark } from "../../lib/experiments/message-mark";

const INIT = ExperimentEvent.INIT;

describe("a message", () => {
  it("carries what Python's JSON carries", () => {
    const message = decodeMessage(Buffer.from('[1, {"t": 1700000000000000001, "x": NaN, "y": -Infinity}]'));
    expect(message).toEqual({ event: 1, body: [{ t: 1700000000000000001n, x: NaN, y: -Infinity }] });
    expect(encodeMessage({ event: INIT, body: [1700000000000000001n, NaN] }).toString()).toBe(
      "[1,1700000000000000001,NaN]",
    );
  });

  it("may name its event", () => {
    expect(decodeMessage(Buffer.from('["expinit", null]'))).toEqual({ event: 1, body: [null] });
  });

  it("has two elements at least", () => {
    expect(encodeMessage({ event: INIT, body: [] }).toString()).toBe("[1,null]");
  });

  it.each([
    ["[]"],
    ["[1]"],
    ["[3, null]"],
    ["[999, null]"],
    ["[[1], null]"],
    ['[{"toString": 1}, null]'],
    ["[0, 1, 4]"],
    ['[0, "Error: x"]'],
    ['[0, "Error: x", 3]'],
    ['{"event": 1}'],
    ['"hello"'],
    ["hello"],
    ["[1, null"],
    ["[1, \xff]"],
    [""],
  ])("refuses %p from the network", (text) => {
    expect(() => decodeMessage(Buffer.from(text, "latin1"))).toThrow(MalformedMessageError);
  });

  it("refuses to be sent with what JSON cannot hold", () => {
    const loop: unknown[] = [];
    loop.push(loop);
    expect(() => encodeMessage({ event: INIT, body: [loop] })).toThrow(EncodingError);
  });

  it.each([
    [ExperimentEvent.STATUS, "asleep"],
    [ExperimentEvent.INFO, null],
    [ExperimentEvent.ALYX, { url: 1 }],
  ])("%p is not answered with %p", (event, answer) => {
    expect(() => answerTo({ event, body: [] }, answer)).toThrow(ValidationError);
  });
});

describe("a mark", () => {
  const marks = new MessageMarks();

  it("makes two messages of the same content different, and changes nothing that they say", () => {
    const message = { event: INIT, body: [{ a: 1 }] };
    const [one, two] = [marks.create(), marks.create()];
    const [first, second] = [encodeMessage(message, one), encodeMessage(message, two)];
    expect(first.equals(second)).toBe(false);
    expect(decodeMessage(first)).toEqual(message);
    expect(readMark(first)).toEqual(one);
    expect(readMark(second)).toEqual(two);
  });

  it.each(["[1, null]", "", "]", `[1, null${" ".repeat(49)}]`, `[1, null${" ".repeat(47)}]`, " ".repeat(80)])(
    "is not seen in %p",
    (text) => {
      expect(readMark(Buffer.from(text))).toBeUndefined();
    },
  );
});
