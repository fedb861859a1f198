import { Reply } from "zeromq";
import { Arg, clientOf, connect, JsonMethod, remote as answeredRemotely, RpcService } from "rigwire";
import { receiveAll } from "../../lib/transport/zeromq/receive-all";
import { closing } from "../support/closing";
import { rawClient } from "../support/raw-client";
import { batchingClient, numbersTo, serveBatchDevice } from "./batch-device";

const FLOOD = 1_000;

it("clients that send one request at a time get theirs beside one that sends batches", async () => {
  const { url } = await serveBatchDevice();
  const remote = await batchingClient(url);
  const clients = [rawClient(url), rawClient(url)];
  const simpleOnes = { areDone: false };

  const batched = (async () => {
    for (let round = 0; !simpleOnes.areDone; round++) {
      const numbers = numbersTo(300).map((number) => round * 1_000 + number);
      expect(await Promise.all(numbers.map((number) => remote.run(number)))).toEqual(numbers);
    }
  })();
  await Promise.all(
    clients.map(async (client, index) => {
      for (const number of numbersTo(40)) {
        const reply = await client.call("echo", [`client ${index}, ${number}`]);
        expect(reply).toEqual({ success: true, result: `client ${index}, ${number}` });
        const image = await client.exchange(
          `{"event":"METHOD_CALL","method":"bytes","params":{"args":[${number},${index}],"kwargs":{}}}`,
        );
        expect(image.map(String)).toEqual([`{"fill":${index}}`, String(Buffer.alloc(number, index))]);
      }
    }),
  );
  simpleOnes.areDone = true;
  await batched;
});

it("a light client gets on while another keeps a thousand calls under way", async () => {
  const { url } = await serveBatchDevice();
  const flooding = await batchingClient(url);
  const light = await batchingClient(url);
  let answered = 0;
  let isOver = false;
  const flood = Promise.all(
    numbersTo(FLOOD).map(async (number) => {
      while (!isOver) {
        if ((await flooding.run(number)) !== number) throw new Error("the reply to another call");
        answered += 1;
      }
    }),
  );

  const overtaken: number[] = [];
  for (const number of numbersTo(30)) {
    const before = answered;
    expect(await light.run(number)).toBe(number);
    overtaken.push(answered - before);
  }
  isOver = true;
  await flood;

  // What was under way before it goes first, and what came while its reply was on the way.
  expect(Math.max(...overtaken)).toBeLessThanOrEqual(3 * FLOOD);
});

/** The contract of {@link serveLikeAnOriginal}. */
@RpcService()
abstract class Doubler {
  @JsonMethod()
  double(@Arg("number") number: number): number {
    return answeredRemotely(number);
  }
}

const INVENTORY = {
  json_methods: { double: 10_000 },
  buffer_methods: {},
  signals: [],
  properties: [],
  name: "original-1",
};

/** Answers one request after the other, as an original does; keeps what it was sent. */
async function serveLikeAnOriginal() {
  const socket = closing(new Reply({ linger: 0 }));
  const messages: string[] = [];
  await socket.bind("tcp://127.0.0.1:*");
  let replying = Promise.resolve();
  void receiveAll(socket, (frames) => {
    const text = String(frames[0]);
    messages.push(text);
    const { event, params } = JSON.parse(text) as { event: string; params?: { args: [number] } };
    const result = { success: true, result: 2 * (params?.args[0] ?? 0) };
    replying = replying.then(() =>
      socket.send(JSON.stringify(event === "GET_INVENTORY" ? INVENTORY : result)),
    );
  });
  return { url: socket.lastEndpoint ?? "", messages };
}

it("a device that does not know batches is sent none", async () => {
  const { url, messages } = await serveLikeAnOriginal();
  const doubler = connect(Doubler, url);
  closing(clientOf(doubler));

  const numbers = numbersTo(300);
  expect(await Promise.all(numbers.map((number) => doubler.double(number)))).toEqual(
    numbers.map((number) => 2 * number),
  );
  const requests = messages.map((text) => JSON.parse(text) as { event: string; params?: { args: [number] } });
  expect(requests.flatMap(({ event, params }) => (event === "METHOD_CALL" ? params?.args : []))).toEqual(
    numbers,
  );
});
