import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { addToken, type RpcServer } from "rigwire";
import { FrameDecoder } from "../../lib/transport/stream/frame-decoder";
import { KIND } from "../../lib/transport/stream/frame-layout";
import { encodeFrame } from "../../lib/transport/stream/frame-writer";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import fc from "../support/seeded-fast-check";
import { connectLamp, serveLamp } from "../transport/stream/lamp";
import { RUNS, TIME_LIMIT_MS } from "./recorded-frames";

jest.setTimeout(TIME_LIMIT_MS);

/** Whoever guesses tokens does so with many connections. */
const GUESSES = Math.min(RUNS, 300);

describe("a device with tokens", () => {
  let tokens: string;
  let token: string;
  let server: RpcServer;

  beforeEach(async () => {
    const folder = mkdtempSync(join(tmpdir(), "rigwire-tokens-"));
    tokens = join(folder, "tokens");
    token = addToken(tokens, "desk");
    ({ server } = await serveLamp({ url: "ws://127.0.0.1", tokens }));
    closing({ close: () => rmSync(folder, { recursive: true }) });
  });

  /** Says hello and whatever more, all at once; gives what the server says before it ends the connection. */
  async function answersTo(
    hello: object,
    ...more: readonly Uint8Array[]
  ): Promise<Record<string, unknown>[]> {
    const socket = new WebSocket(server.url, ["rigwire.stream"]);
    closing({ close: () => socket.terminate() });
    const answers: Record<string, unknown>[] = [];
    const decoder = new FrameDecoder(10_000, 2, (_kind, _id, [first]) =>
      answers.push(JSON.parse(Buffer.from(first ?? []).toString()) as Record<string, unknown>),
    );
    socket.on("message", (data: Buffer) => decoder.push(data));
    socket.on("open", () => {
      socket.send(helloFrame(hello));
      for (const frame of more) socket.send(frame);
    });
    await eventually("the server ends the connection", () => socket.readyState === WebSocket.CLOSED);
    return answers;
  }

  const nearly = () => [
    ["the beginning of one", token.slice(0, -1)],
    ["one with something behind it", `${token}A`],
    ["one with a space behind it", `${token} `],
    ["one in other letters", swapCase(token)],
    ["the name of one", "desk"],
    ["the hash of one", createHash("sha256").update(token).digest("hex")],
    ["its line", `desk ${createHash("sha256").update(token).digest("hex")}`],
    ["nothing", ""],
    ["a long text", "A".repeat(3_000)],
    ["bytes that are none of UTF-8's", "\ud800"],
  ];

  it("takes nothing that only looks like one", async () => {
    for (const [what, guess] of nearly()) {
      expect([what, await answersTo({ token: guess })]).toEqual([
        what,
        [expect.objectContaining({ refused: "unknown-token" })],
      ]);
    }
    expect(await connectLamp(server.url, { token }).whoAmI()).toBe("desk");
  });

  it("takes nothing for a token that is no text", async () => {
    for (const guess of [true, 1, null, {}, [token], { toString: token }]) {
      expect(await answersTo({ token: guess })).toEqual([expect.objectContaining({ refused: "no-token" })]);
    }
    expect(await connectLamp(server.url, { token }).whoAmI()).toBe("desk");
  });

  it("does nothing for who sends requests before it was let in, with a token or without", async () => {
    let switched = 0;
    connectLamp(server.url, { token }).switched.subscribe(() => switched++);
    const request = { event: "METHOD_CALL", method: "switch", params: { args: [true], kwargs: {} } };
    const frame = encodeFrame(KIND.message, 1, [JSON.stringify(request)]);
    for (const guess of ["guessed", token]) {
      const answers = await answersTo({ token: guess }, frame, frame);
      expect(answers.filter((answer) => "event" in answer)).toEqual([]);
    }
    await connectLamp(server.url, { token }).whoAmI();

    expect(switched).toBe(0);
  });

  it("lets its clients work while others guess, and says of them how many they were", async () => {
    const lamp = connectLamp(server.url, { token });
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), async (guess) => {
        const [answer] = await answersTo({ token: guess });
        expect(answer?.refused).toBe("unknown-token");
        expect(await lamp.whoAmI()).toBe("desk");
      }),
      { numRuns: GUESSES },
    );
  });
});

function helloFrame(hello: object): Uint8Array {
  return encodeFrame(KIND.hello, 0, [JSON.stringify({ protocol: "rigwire-stream", version: 1, ...hello })]);
}

function swapCase(text: string): string {
  return text.replace(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
