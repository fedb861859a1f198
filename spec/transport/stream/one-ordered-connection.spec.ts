import { Subject } from "rxjs";
import {
  Arg,
  BufferMethod,
  type BufferResult,
  clientOf,
  connect,
  Integer,
  JsonMethod,
  type MissedSignals,
  RpcService,
  type RpcServer,
  serve,
  type ServeOptions,
  Signal,
} from "../../../lib/index";
import { KIND } from "../../../lib/transport/stream/frame-layout";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { RawStream } from "../../support/raw-stream";
import { RecordingLogger } from "../../support/recording-logger";
import { freshSocketPath } from "../../support/socket-folder";

@RpcService({ type: "scope" })
class Scope {
  @Signal(String) readonly traced = new Subject<string>();

  @JsonMethod({ concurrent: true })
  trace(
    @Arg("count", { type: Integer }) count: number,
    @Arg("length", { type: Integer }) length = 1,
  ): number {
    for (let index = 0; index < count; index++) this.traced.next("x".repeat(length));
    return count;
  }

  @BufferMethod({ concurrent: true })
  picture(@Arg("bytes", { type: Integer }) bytes: number): BufferResult<object> {
    return [Buffer.alloc(bytes, 5), {}];
  }

  @JsonMethod({ concurrent: true })
  echo(@Arg("value") value: string): string {
    return value;
  }
}

describe("over one ordered connection", () => {
  let scope: Scope;
  let server: RpcServer;

  async function serving(options: ServeOptions = {}): Promise<void> {
    scope = new Scope();
    const url = `unix://${freshSocketPath()}`;
    server = closing(
      await serve(scope, { url, logger: new RecordingLogger(), closeGraceMs: 100, ...options }),
    );
  }

  function connecting() {
    const remote = connect(Scope, server.url, { logger: new RecordingLogger() });
    closing(clientOf(remote));
    return remote;
  }

  it("a signal that was emitted before a reply arrives before it", async () => {
    await serving();
    const remote = connecting();
    let heard = 0;
    remote.traced.subscribe(() => heard++);
    for (const count of [1, 10, 100, 1_000]) {
      heard = 0;
      await remote.trace(count);

      expect(heard).toBe(count);
    }
  });

  it("small replies find their way between the pieces of large ones", async () => {
    await serving();
    const raw = await RawStream.greeted(server.url);
    raw.call(1, "picture", 40_000_000);
    raw.pause();
    raw.call(2, "echo", "small");
    await connecting().echo("the device was asked");
    raw.resume();
    await eventually("both came", () => raw.frames.length === 2, 10_000);

    expect(raw.frames.map(({ id }) => id)).toEqual([2, 1]);
  });

  it("a client that keeps reading misses no signal, however long something is on its way to it", async () => {
    const [burst, mostUnderWay] = [100, 1_500];
    await serving({ signalHighWaterMark: 2 * mostUnderWay });
    const remote = connecting();
    let missed = 0;
    clientOf(remote).missed$.subscribe(({ count }) => (missed += count));
    let heard = 0;
    let asked = 0;
    const askForMore = () => {
      for (; asked < 20_000 && asked - heard + burst <= mostUnderWay; asked += burst) {
        void remote.trace(burst, 1_000);
      }
    };
    remote.traced.subscribe(() => {
      heard++;
      askForMore();
    });
    askForMore();
    await eventually(
      "all have come or are missed",
      () => asked === 20_000 && heard + missed >= asked,
      10_000,
    );

    expect([heard, missed]).toEqual([20_000, 0]);
  });

  it("a client that does not read is bounded: its signals are dropped, and their numbers tell", async () => {
    await serving({ signalHighWaterMark: 100 });
    const raw = await RawStream.greeted(server.url);
    raw.send(KIND.subscribe, 0, "traced");
    raw.call(1, "echo", "subscribed");
    await raw.next(KIND.message);
    raw.pause();
    const remote = connecting();
    const missed: MissedSignals[] = [];
    clientOf(remote).missed$.subscribe((each) => missed.push(each));
    let heard = 0;
    remote.traced.subscribe(() => heard++);
    for (let round = 0; round < 50; round++) await remote.trace(50, 10_000);
    raw.resume();
    raw.call(2, "echo", "read again");
    await eventually("it reads again", () => raw.frames.some(({ id }) => id === 2));
    await remote.trace(1);
    const numbers = () =>
      raw.frames
        .filter(({ kind }) => kind === KIND.signal)
        .map(({ parts }) => (JSON.parse(String(parts[1])) as { seq: number }).seq);
    await eventually("the last came", () => numbers().at(-1) === 2_501);

    expect(numbers().length).toBeLessThan(1_000);
    expect(numbers()).toEqual([...numbers()].sort((one, other) => one - other));
    expect([heard, missed]).toEqual([2_501, []]);
  });

  it("replies wait for a client that does not read them, and hold up nobody else", async () => {
    await serving();
    const raw = await RawStream.greeted(server.url);
    raw.pause();
    for (let id = 1; id <= 40; id++) raw.call(id, "picture", 1_000_000);
    const remote = connecting();

    expect(await remote.echo("meanwhile")).toBe("meanwhile");
    raw.resume();
    await eventually("all came", () => raw.frames.length === 40, 10_000);
    expect(raw.frames.map(({ parts }) => parts[1]?.length)).toEqual(raw.frames.map(() => 1_000_000));
  });

  it("requests of a client that leaves too much unread are dropped until it reads", async () => {
    await serving({ maxUnreadReplyBytes: 2_000_000 });
    const raw = await RawStream.greeted(server.url);
    raw.pause();
    for (let id = 1; id <= 60; id++) raw.call(id, "picture", 1_000_000);
    const other = connecting();
    await other.echo("they were taken");
    raw.resume();
    raw.call(100, "echo", "dropped, or not");
    await eventually(
      "it is served again",
      () => {
        raw.call(101, "echo", "again");
        return raw.frames.some(({ id }) => id === 101);
      },
      10_000,
    );

    const answered = () => raw.frames.filter(({ id }) => id <= 60).length;
    // Small replies pass large ones.
    await eventually("those that were taken are answered", () => answered() > 0);
    expect(answered()).toBeLessThan(20);
  });

  it("a batch of requests is begun before what was sent behind it", async () => {
    await serving();
    const raw = await RawStream.greeted(server.url);
    const batch = Array.from({ length: 600 }, (_, index) => ({
      event: "METHOD_CALL",
      method: "echo",
      params: { args: [`${index}`], kwargs: {} },
      id: index + 1,
    }));
    raw.send(KIND.message, 0, JSON.stringify(batch));
    raw.send(KIND.message, 0, JSON.stringify(batch.map((each) => ({ ...each, id: each.id + 600 }))));
    raw.call(5_000, "echo", "last");
    const ids = () =>
      raw.frames.flatMap(({ id, parts }) =>
        id === 0 ? (JSON.parse(String(parts[0])) as { id: number }[]).map((each) => each.id) : [id],
      );
    await eventually("all came", () => ids().length === 1_201);

    // The reply to what came alone may leave before the last of a batch, but none of the second before the first.
    const batched = ids().filter((id) => id < 5_000);
    expect(batched).toEqual(batched.map((_, index) => index + 1));
  });
});
