import { receiveAll } from "../../lib/transport/zeromq/receive-all";

const MESSAGES = 200;
const TAKES_MS = 1;

/** A socket with more messages lying ready than anybody could handle at once, as ZeroMQ's are then. */
async function* fullSocket(): AsyncGenerator<Buffer[]> {
  for (let count = 0; count < MESSAGES; count++) yield await Promise.resolve([Buffer.from([count])]);
}

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

describe("a socket whose messages come faster than they are handled", () => {
  it("lets everything else of the process have its turn meanwhile, and loses nothing", async () => {
    const handled: (number | undefined)[] = [];
    let handledAtTurn: number | undefined;
    setTimeout(() => (handledAtTurn = handled.length), 0);

    const socket = { closed: false, [Symbol.asyncIterator]: fullSocket };
    await receiveAll(socket, ([frame]) => {
      handled.push(frame?.[0]);
      standStill(TAKES_MS);
    });

    expect(handledAtTurn).toBeLessThan(MESSAGES);
    expect(handled).toEqual(Array.from({ length: MESSAGES }, (_, count) => count));
  });
});
