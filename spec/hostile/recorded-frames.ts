import fc from "../support/seeded-fast-check";
import { recordedExchanges, recordedSignals } from "../support/vectors";

/** How many inputs each property tries. */
export const RUNS = Number(process.env.RIGWIRE_HOSTILE_RUNS ?? 300);

/** More inputs take longer, in milliseconds: for `jest.setTimeout`. */
export const TIME_LIMIT_MS = 15_000 * Math.max(1, RUNS / 300);

const requests = recordedExchanges.map(({ request }) => request);
const replies = recordedExchanges.map(({ reply }) => reply);

/** Words of the protocol where they do not belong, and other values that decoders dislike. */
const grafts = [
  ...[
    "null",
    "true",
    "-1",
    "1e999",
    "NaN",
    "-Infinity",
    "9".repeat(400),
    '""',
    "[]",
    "{}",
    "[[[[",
    "]}",
    '"__proto__"',
  ],
  ...[
    '{"__proto__":{"success":true}}',
    '"constructor"',
    '"\\ud800"',
    "\u0000",
    "\ufeff",
    '"id":1',
    '"deadline":-1',
  ],
];

/** Recorded messages with bytes changed, cut out, doubled, swapped, or words put in. Seeded by fast-check. */
function mutated(messages: readonly (readonly Buffer[])[]): fc.Arbitrary<Buffer[]> {
  return fc
    .constantFrom(...messages)
    .chain((frames) => fc.tuple(...frames.map(mutatedFrame)).chain(mutatedFrames));
}

function mutatedFrame(frame: Buffer): fc.Arbitrary<Buffer> {
  const place = fc.nat({ max: frame.length });
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(frame) },
    {
      weight: 4,
      arbitrary: fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 6 }).map((changes) => {
        const bytes = Buffer.from(frame);
        for (const [at, byte] of changes) bytes[at % Math.max(bytes.length, 1)] = byte;
        return bytes;
      }),
    },
    { weight: 2, arbitrary: fc.tuple(place, place).map(([from, to]) => without(frame, from, to)) },
    {
      weight: 1,
      arbitrary: fc.tuple(place, place).map(([from, to]) => Buffer.concat([frame, frame.subarray(from, to)])),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(place, fc.constantFrom(...grafts))
        .map(([at, graft]) => Buffer.concat([frame.subarray(0, at), Buffer.from(graft), frame.subarray(at)])),
    },
  );
}

function without(frame: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([frame.subarray(0, Math.min(from, to)), frame.subarray(Math.max(from, to))]);
}

/** The frames, or some of them, or some more. */
function mutatedFrames(frames: Buffer[]): fc.Arbitrary<Buffer[]> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(frames) },
    { weight: 1, arbitrary: fc.subarray(frames) },
    {
      weight: 1,
      arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => [...frames, Buffer.from(bytes)]),
    },
  );
}

export const mutatedRequests = mutated(requests);
export const mutatedReplies = mutated(replies);
export const mutatedSignals = mutated(recordedSignals.map((frame) => [frame]));

/** Batches of anything: of recorded messages, with good and bad ids, or broken ones. */
export const rubbishBatches = fc
  .array(
    fc
      .tuple(fc.constantFrom(...requests, ...replies), fc.oneof(fc.nat(9), fc.jsonValue()))
      .map(([[first], id]) => `${String(first).slice(0, -1)},"id":${JSON.stringify(id)}}`),
    { maxLength: 5 },
  )
  .map((elements) => Buffer.from(`[${elements.join(",")}]`));
