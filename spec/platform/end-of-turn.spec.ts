import { node } from "../../lib/platform/node";

const STEPS = 20;

describe("the end of a turn in Node", () => {
  it("comes when whoever waited has gone on, however many promises later that is", async () => {
    const order: string[] = [];
    const ended = new Promise<void>((resolve) =>
      node.endOfTurn(() => {
        order.push("the end");
        resolve();
      }),
    );
    const waiting = (async () => {
      for (let step = 0; step < STEPS; step++) await Promise.resolve();
      order.push("the last step");
    })();
    await Promise.all([ended, waiting]);

    expect(order).toEqual(["the last step", "the end"]);
  });

  it("comes before the event loop goes on", async () => {
    const order: string[] = [];
    await new Promise<void>((resolve) => {
      setImmediate(() => {
        setImmediate(() => {
          order.push("the next turn");
          resolve();
        });
        node.endOfTurn(() => order.push("the end"));
      });
    });

    expect(order).toEqual(["the end", "the next turn"]);
  });

  it("calls back in the order in which it was asked", async () => {
    const order: number[] = [];
    await new Promise<void>((resolve) => {
      node.endOfTurn(() => {
        order.push(1);
        node.endOfTurn(() => {
          order.push(3);
          resolve();
        });
      });
      node.endOfTurn(() => order.push(2));
    });

    expect(order).toEqual([1, 2, 3]);
  });
});
