import { type ReplyMessage, type WithProgress } from "../../lib/transport/client-replies";
import { ReplyQueue, type ReplyQueueOptions } from "../../lib/transport/reply-queue";

const FULL = new Error("full");

/** A queue whose only client takes what it is given while it has room. */
class SlowClient {
  hasRoom = true;
  readonly taken: string[] = [];
  readonly queue: ReplyQueue<string>;

  constructor(options: Partial<ReplyQueueOptions> = {}) {
    this.queue = new ReplyQueue<string>({
      isFull: (error) => error === FULL,
      maxUnreadBytes: 1_000_000,
      onRetry: () => undefined,
      onGone: () => undefined,
      onDropped: () => undefined,
      ...options,
    });
  }

  progress(request: WithProgress<string>, id: number, text: string): void {
    this.queue.addProgress("client", { kind: "element", route: "road", id }, request, text);
  }

  send(): void {
    while (!this.queue.isEmpty) {
      for (const parcel of this.queue.takeAll()) {
        const message = this.queue.pack(parcel);
        if (message === undefined) continue;
        if (this.hasRoom) {
          this.take(message);
          this.queue.taken(parcel);
        } else this.queue.refused(parcel, FULL);
      }
    }
  }

  readAgain(): void {
    this.hasRoom = true;
    this.queue.hasRoom("client");
    this.send();
  }

  private take({ frames }: ReplyMessage<string>): void {
    this.taken.push(...frames.map(String));
  }
}

describe("progress for a client that does not read", () => {
  it("is one message a request: the newest, before the reply", async () => {
    const client = new SlowClient();
    const [first, second]: WithProgress<string>[] = [{}, {}];
    client.hasRoom = false;
    for (let count = 1; count <= 100; count++) {
      client.progress(first!, 1, `first ${count}`);
      client.progress(second!, 2, `second ${count}`);
      client.send();
    }
    client.queue.addBatched("client", "road", 1, ['{"done":true}'], true);
    client.send();
    client.readAgain();

    expect(client.taken).toEqual(["first 100", "second 100", '[{"done":true,"id":1}]']);
    await client.queue.drained(0);
  });

  it("leaves again when it was taken", async () => {
    const client = new SlowClient();
    const request: WithProgress<string> = {};
    for (const text of ["one", "two", "three"]) {
      client.progress(request, 1, text);
      client.send();
    }

    expect(client.taken).toEqual(["one", "two", "three"]);
    await client.queue.drained(0);
  });

  it("is replaced also while an older one is refused", async () => {
    const client = new SlowClient();
    const request: WithProgress<string> = {};
    client.hasRoom = false;
    client.progress(request, 1, "old");
    const [parcel] = client.queue.takeAll();
    client.queue.pack(parcel!);
    client.progress(request, 1, "new");
    client.queue.refused(parcel!, FULL);
    client.readAgain();

    expect(client.taken).toEqual(["new"]);
    await client.queue.drained(0);
  });

  it("does not take the room of replies", async () => {
    const dropped: string[] = [];
    const client = new SlowClient({ maxUnreadBytes: 1_000, onDropped: (reason) => dropped.push(reason) });
    client.hasRoom = false;
    for (let id = 1; id <= 100; id++) client.progress({}, id, "x".repeat(100));
    client.queue.addBatched("client", "road", 1, ['{"done":true}'], true);
    client.send();
    client.readAgain();

    expect(dropped).toEqual([]);
    expect(client.taken).toHaveLength(7);
    expect(client.taken.at(-1)).toBe('[{"done":true,"id":1}]');
    await client.queue.drained(0);
  });
});
