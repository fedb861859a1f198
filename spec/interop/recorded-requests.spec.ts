import { serve } from "rigwire";
import { closing } from "../support/closing";
import { describeWithPython, type PythonPeer } from "./python-peer";
import { RECORDING, RecordedDevice, type RecordedExchange, type RecordedFrame } from "./recorded-device";

/** A frame of a reply as `original_client.py` tells it: JSON by its meaning, bytes in base64. */
type ShownFrame = { readonly meaning: Readonly<Record<string, unknown>> } | { readonly base64: string };

describeWithPython(["zmq"], "an original client that sends the recorded requests", (python) => {
  it.each(RECORDING.exchanges)("gets the recorded reply: $note", async (exchange) => {
    const server = closing(
      await serve(new RecordedDevice(), { url: "tcp://127.0.0.1", name: "cam", allowRemoteStop: true }),
    );
    const client = python.start("original_client.py", [server.url]);

    const reply = (await client.ask({ do: "send", frames: exchange.request })) as ShownFrame[];

    const recorded = await Promise.all(exchange.reply.map((frame) => readByPython(client, frame)));
    expect(reply.map(strip)).toEqual(recorded.map((frame) => asServedHere(frame, exchange)));
    if (exchange.note === "stop") await server.closed;
  });
});

async function readByPython(client: PythonPeer, frame: RecordedFrame): Promise<ShownFrame> {
  if ("base64" in frame) return frame;
  return { meaning: (await client.ask({ do: "read", text: frame.text })) as Record<string, unknown> };
}

/** Only what both sides mean: the text is each language's own. */
function strip(frame: ShownFrame): ShownFrame {
  return "meaning" in frame ? { meaning: frame.meaning } : frame;
}

/** The recorded frame with what may differ: this side's additions, ports, tracebacks and the words of Python's errors. */
function asServedHere(frame: ShownFrame, { note }: RecordedExchange): ShownFrame {
  if ("base64" in frame) return frame;
  const { meaning } = frame;
  if ("json_methods" in meaning) return { meaning: { ...meaning, rigwire: expect.any(Object) } };
  if ("signal_port" in meaning)
    return { meaning: { ...meaning, signal_port: { number: expect.any(String) } } };
  const refused = REFUSALS[note];
  if (refused !== undefined)
    return { meaning: { success: false, error: refused, traceback: "", reason: "invalid" } };
  return "traceback" in meaning
    ? {
        meaning: {
          ...meaning,
          errorName: expect.any(String),
          traceback: expect.stringContaining(String(meaning.error)),
        },
      }
    : frame;
}

/** What Python runs into is refused here before it reaches the device, so with an empty traceback. */
const REFUSALS: Readonly<Record<string, string>> = {
  "wrong arguments":
    "echo() is missing its argument message (one that may be left out is declared as optional by " +
    '@Arg("message", { optional: true }))',
  "set a read-only property": "fixed is read-only: it cannot be set",
  "get an unknown property": 'no property "zzz": the device\'s are mode, fixed',
};
