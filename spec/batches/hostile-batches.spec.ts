import { eventually } from "../support/eventually";
import { rawClient, rawDealer, type RawDealer } from "../support/raw-client";
import { batchingClient, numbersTo, serveBatchDevice } from "./batch-device";

type Message = Readonly<Record<string, unknown>>;

function run(number: number): Message {
  return { event: "METHOD_CALL", method: "run", params: { args: [number], kwargs: {} } };
}

/** The next replies, however many come in a message; of one without an id, only itself. */
async function replies(dealer: RawDealer, count: number): Promise<Message[]> {
  const received: Message[] = [];
  while (received.length < count) {
    const [id, ...frames] = await dealer.receive();
    if (id!.length > 0) {
      received.push({ ...(JSON.parse(String(frames[1])) as Message), id: Number(id) });
      continue;
    }
    const message = JSON.parse(String(frames[0])) as Message | Message[];
    received.push(...(Array.isArray(message) ? message : [message]));
  }
  return received;
}

/** By their ids; those without come last. */
function sorted(messages: readonly Message[]): Message[] {
  return [...messages].sort((a, b) => Number(a.id ?? Infinity) - Number(b.id ?? Infinity));
}

it("what is malformed in a batch is told, and does no harm to the rest of it", async () => {
  const { device, url } = await serveBatchDevice();
  const dealer = rawDealer(url);
  const batch = [
    { ...run(1), id: 1 },
    5,
    null,
    "text",
    [{ ...run(100), id: 100 }],
    run(101),
    { ...run(102), id: "2" },
    { ...run(103), id: 1.5 },
    { event: "FLY", id: 3 },
    { id: 4 },
    { event: "METHOD_CALL", method: "nowhere", id: 5 },
    { event: "METHOD_CALL", method: 7, id: 6 },
    { event: "PROPERTY_GET", property: "level", id: 7 },
    { ...run(8), id: 8 },
  ];
  await dealer.send("", JSON.stringify(batch));

  expect(sorted(await replies(dealer, 8))).toEqual([
    { id: 1, success: true, result: 1 },
    { id: 3, success: false, error: 'unknown event "FLY"', traceback: "" },
    { id: 4, success: false, error: 'the request has no "event"', traceback: "" },
    { id: 5, success: false, error: "Method nowhere not implemented" },
    { id: 6, success: false, error: expect.stringContaining('no text "method"'), traceback: "" },
    { id: 7, success: true, value: 0 },
    { id: 8, success: true, result: 8 },
    {
      success: false,
      error: '7 of the batch are no objects with an "id", a whole number: they were not carried out',
      traceback: "",
    },
  ]);
  expect(device.started).toEqual([1, 8]);
});

it.each<[string, string, string]>([
  ["nothing", "[]", "the message is no JSON object"],
  ["a batch", `[[${JSON.stringify({ ...run(1), id: 1 })}]]`, "the message is no JSON object"],
  ["no objects", '[1,"2",null]', "the message is no JSON object"],
  ["half a batch", `[${JSON.stringify({ ...run(1), id: 1 })},`, "the message is not JSON"],
  ["brackets without end", "[".repeat(100_000), "the message is nested more than 1000 deep"],
])("a batch of %s gets one failure, and nothing of it is carried out", async (_name, text, error) => {
  const { device, url } = await serveBatchDevice();
  const dealer = rawDealer(url);
  await dealer.send("", text);
  await dealer.send("", JSON.stringify([{ ...run(2), id: 2 }]));

  expect(await replies(dealer, 2)).toEqual([
    { success: false, error: expect.stringContaining(error), traceback: "" },
    { success: true, result: 2, id: 2 },
  ]);
  expect(device.started).toEqual([2]);
});

it("a batch of a million requests is refused as a whole, and others are served on", async () => {
  const { device, url } = await serveBatchDevice({ maxTextBytes: Infinity });
  const dealer = rawDealer(url);
  await dealer.send("", `[${'{"id":1},'.repeat(999_999)}${JSON.stringify({ ...run(1), id: 2 })}]`);

  expect(await replies(dealer, 1)).toEqual([
    {
      success: false,
      error:
        "the batch has 1000000 requests, more than the 65536 that are taken: none of them was carried out",
      traceback: "",
    },
  ]);
  expect(device.started).toEqual([]);
  expect(await (await batchingClient(url)).run(2)).toBe(2);
});

it("requests under one id are requests of their own: each is carried out and answered once", async () => {
  const { device, url } = await serveBatchDevice();
  const dealer = rawDealer(url);
  await dealer.send("", JSON.stringify([1, 2, 3].map((number) => ({ ...run(number), id: 7 }))));
  await dealer.send("", JSON.stringify([{ ...run(4), id: 8 }]));

  expect(await replies(dealer, 4)).toEqual([
    ...[1, 2, 3].map((number) => ({ id: 7, success: true, result: number })),
    { id: 8, success: true, result: 4 },
  ]);
  expect(device.started).toEqual([1, 2, 3, 4]);
});

it.each([-1, 0, Number.MAX_SAFE_INTEGER])("the id %d is as good as any", async (id) => {
  const { url } = await serveBatchDevice();
  const dealer = rawDealer(url);
  await dealer.send("", JSON.stringify([{ ...run(1), id }]));

  expect(await replies(dealer, 1)).toEqual([{ id, success: true, result: 1 }]);
});

it("more calls than a client may have waiting are refused one by one, and every one is answered", async () => {
  const { device, url } = await serveBatchDevice({ maxCallsPerClient: 100 });
  const dealer = rawDealer(url);
  await dealer.send("", JSON.stringify([{ event: "METHOD_CALL", method: "hold", id: 0 }]));
  await eventually("the device is busy", () => device.isHeld);
  await dealer.send("", JSON.stringify(numbersTo(500).map((number) => ({ ...run(number), id: number + 1 }))));

  const refused = await replies(dealer, 401);
  expect(refused.map(({ id }) => id)).toEqual(numbersTo(401).map((number) => 100 + number));
  for (const reply of refused) expect(reply).toMatchObject({ success: false, reason: "busy" });
  device.release();

  expect(sorted(await replies(dealer, 100)).map(({ id }) => id)).toEqual(numbersTo(100));
  expect(device.started).toEqual(numbersTo(99));
});

it("a client that sends one request at a time may send a batch, and goes on", async () => {
  const { url } = await serveBatchDevice();
  const client = rawClient(url);

  const [reply] = await client.exchange(JSON.stringify([{ ...run(1), id: 1 }]));
  expect(JSON.parse(String(reply))).toEqual([{ id: 1, success: true, result: 1 }]);
  expect(await client.call("run", [2])).toEqual({ success: true, result: 2 });
});
