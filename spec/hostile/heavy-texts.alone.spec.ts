import { join } from "node:path";
import { clientOf, connect } from "rigwire";
import { MAX_NESTING } from "../../lib/wire/text-bounds";
import { closing } from "../support/closing";
import { message, RawPeer } from "../support/raw-peer";
import { typeScriptProgram } from "../support/typescript-child";
import { Probe } from "./programs/device-process";

jest.setTimeout(120_000);

const program = typeScriptProgram(join(__dirname, "programs/device-process.ts"));

const LIMIT = 4 * 1024 * 1024;
const STOPS = 30;

/** As much as is taken, and a little less for the request around it. */
const STRUCTURES = 104_800;
const VALUES = 524_200;

function list(item: string, count: number): string {
  return `[${`${item},`.repeat(count - 1)}${item}]`;
}

function names(count: number, length: number, of: number): string {
  const member = (index: number) => `"${`k${index}`.padEnd(length, "x")}":0`;
  const object = (first: number) =>
    `{${Array.from({ length: of }, (_, at) => member(first + at)).join(",")}}`;
  return `[${Array.from({ length: Math.floor(count / (of + 1)) }, (_, at) => object(at * of)).join(",")}]`;
}

const deepest = MAX_NESTING - 10;
const texts: readonly (readonly [string, string])[] = [
  ["brackets that nobody closes", "[".repeat(LIMIT - 200)],
  ["NaN and objects without names", `[NaN,${list('{"":0}', STRUCTURES / 2)}]`],
  ["many names", names(STRUCTURES, 24, 16_000)],
  ["many objects of other names", names(STRUCTURES, 8, 1)],
  ["NaN and many names", `[NaN,${names(STRUCTURES, 24, 16_000)}]`],
  ["small lists", list("[]", STRUCTURES)],
  ["numbers", list("0.1234", VALUES)],
  ["NaN and numbers", `[NaN,${list("0.1234", VALUES - 1)}]`],
  ["integers of 17 digits", list("12345678901234567", 230_000)],
  ["integers of 4,300 digits", list("9".repeat(4_300), 970)],
  ["deep lists", list(`${"[".repeat(deepest)}${"]".repeat(deepest)}`, Math.floor(STRUCTURES / deepest))],
  ["pairs of surrogates", list('"\\ud83d\\ude00"', 279_000)],
  ["one long text", JSON.stringify("x".repeat(LIMIT - 200))],
];

function call(value: string): string {
  return `{"event":"METHOD_CALL","method":"take","params":{"args":[${value}]}}`;
}

it.each(texts)("%s, sent without pause, hold up nobody else's stop()", async (what, text) => {
  const child = program.start(["device"]);
  const { url } = (await child.next()) as { readonly url: string };
  const probe = connect(Probe, url);
  closing(clientOf(probe));
  await probe.stop();
  const peer = await RawPeer.open(url);
  const request = message("", call(text));
  const flood = { isOver: false, sent: 0 };
  const flooding = (async () => {
    while (!flood.isOver && !peer.isClosed) {
      peer.write(request);
      flood.sent += 1;
      await peer.flushed();
    }
  })();
  await peer.nextFrame();

  let longest = 0;
  for (let count = 0; count < STOPS; count++) {
    const askedAt = performance.now();
    expect(await probe.stop()).toBe(true);
    longest = Math.max(longest, performance.now() - askedAt);
  }

  process.stdout.write(
    `${what} (${(text.length / 1024 / 1024).toFixed(1)} MiB, ${flood.sent} sent): ` +
      `stop() answered within ${longest.toFixed(0)} ms\n`,
  );
  flood.isOver = true;
  peer.close();
  await flooding;
  child.send("end");
  expect(await child.ended).toEqual({ code: 0, signal: null });
});

it.each([
  ["longer than is taken", { maxTextBytes: 300_000 }, "x".repeat(300_001), /maxTextBytes/],
  ["nested too deep", {}, JSON.parse("[".repeat(1_001) + "]".repeat(1_001)), /nested more than 1000 deep/],
  ["of too many values", {}, Array.from({ length: 600_000 }, () => 0), /holds 60\d+ values, .*maxTextBytes/],
])("a text that is %s is refused by the client before it is sent", async (_what, options, value, problem) => {
  const child = program.start(["device", JSON.stringify({ name: "cam-1", ...options })]);
  const { url } = (await child.next()) as { readonly url: string };
  const probe = connect(Probe, url);
  closing(clientOf(probe));
  const refused: unknown = await probe.echo(value).catch((error: unknown) => error);
  expect(refused).toMatchObject({ name: "EncodingError", device: "cam-1", member: "echo" });
  expect(String(refused)).toMatch(problem);
  expect(await probe.echo(1)).toBe(1);
});
