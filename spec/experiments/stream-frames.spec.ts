import fc from "../support/seeded-fast-check";
import { MalformedMessageError } from "../../lib/errors";
import { MAX_RIG_MESSAGE_BYTES } from "../../lib/experiments/experiment-message";
import { StreamFrames } from "../../lib/experiments/stream-frames";

function take(frames: StreamFrames): string[] {
  const messages: string[] = [];
  for (let next = frames.next(); next !== undefined; next = frames.next()) messages.push(next.toString());
  return messages;
}

describe("messages in a stream", () => {
  it("are separated when they come glued together", () => {
    const frames = new StreamFrames();
    frames.append(Buffer.from('[1, null][2, "]\\"[", [[]]] \n[4, {"a": "}"}]'));
    expect(take(frames)).toEqual(["[1, null]", '[2, "]\\"[", [[]]]', '[4, {"a": "}"}]']);
    expect(frames.isPartial).toBe(false);
  });

  it("are the same however the stream is cut", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.jsonValue())), fc.array(fc.nat(40)), (messages, cuts) => {
        const texts = messages.map((message) => JSON.stringify(message));
        let rest = Buffer.from(texts.join(""));
        const frames = new StreamFrames();
        const received: string[] = [];
        for (const cut of [...cuts, rest.length]) {
          frames.append(rest.subarray(0, cut));
          rest = rest.subarray(cut);
          received.push(...take(frames));
        }
        frames.append(rest);
        expect([...received, ...take(frames)]).toEqual(texts);
      }),
    );
  });

  it("may be as long as the protocol allows, and no longer", () => {
    const longest = `["${"x".repeat(MAX_RIG_MESSAGE_BYTES - 4)}"]`;
    const frames = new StreamFrames();
    frames.append(Buffer.from(longest));
    expect(take(frames)).toEqual([longest]);
    frames.append(Buffer.from(longest.replace("x", "xx")));
    expect(() => frames.next()).toThrow(MalformedMessageError);
  });

  it("are not awaited beyond the limit", () => {
    const frames = new StreamFrames();
    frames.append(Buffer.from(`["${"x".repeat(MAX_RIG_MESSAGE_BYTES)}`));
    expect(() => frames.next()).toThrow(/longer than 65535 bytes/);
  });

  it.each(["hello", "{}", "\0", "1"])("are no longer looked for after %p", (rubbish) => {
    const frames = new StreamFrames();
    frames.append(Buffer.from(`[1, null]${rubbish}`));
    expect(frames.next()?.toString()).toBe("[1, null]");
    expect(() => frames.next()).toThrow(MalformedMessageError);
  });
});
