import { JsonMethod, Arg, RpcProperty, RpcService, serve } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { rawClient, rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

/** Moves take until they are let go. */
@RpcService()
class Stage {
  readonly log: string[] = [];
  readonly moves = new Map<string, () => void>();
  @RpcProperty() position: number = 0;

  @JsonMethod() async moveTo(@Arg("name") name: string): Promise<string> {
    this.log.push(`${name} starts`);
    await new Promise<void>((arrive) => this.moves.set(name, arrive));
    this.log.push(`${name} ends`);
    return name;
  }

  @JsonMethod() fail(): never {
    this.log.push("fails");
    throw new Error("stuck");
  }

  @JsonMethod({ concurrent: true }) stop(): string {
    this.log.push("stops");
    for (const arrive of this.moves.values()) arrive();
    return "stopped";
  }

  async started(name: string): Promise<void> {
    await eventually(`${name} starts`, () => this.moves.has(name));
  }

  arrive(name: string): void {
    this.moves.get(name)?.();
  }
}

const call = (method: string, ...args: unknown[]) => ({ event: "METHOD_CALL", method, params: { args } });

async function serveStage() {
  const stage = new Stage();
  const server = closing(await serve(stage, { logger: new RecordingLogger() }));
  return { stage, server, url: server.url };
}

describe("the methods of a device", () => {
  it("run one at a time, in the order of arrival", async () => {
    const { stage, url } = await serveStage();
    const client = rawDealer(url);
    for (const name of ["a", "b", "c"]) await client.request(name, call("moveTo", name));
    for (const name of ["a", "b", "c"]) {
      await stage.started(name);
      stage.arrive(name);
    }

    expect((await client.replies(3)).map(({ id }) => id)).toEqual(["a", "b", "c"]);
    expect(stage.log).toEqual(["a starts", "a ends", "b starts", "b ends", "c starts", "c ends"]);
  });

  it("run one at a time whoever calls", async () => {
    const { stage, url } = await serveStage();
    const [one, other] = [rawDealer(url), rawDealer(url)];
    await one.request("1", call("moveTo", "a"));
    await stage.started("a");
    await other.request("1", call("moveTo", "b"));
    expect(await rawClient(url).get("position")).toMatchObject({ success: true });
    stage.arrive("a");
    await stage.started("b");
    stage.arrive("b");

    expect(await one.replies(1)).toMatchObject([{ reply: { result: "a" } }]);
    expect(await other.replies(1)).toMatchObject([{ reply: { result: "b" } }]);
    expect(stage.log).toEqual(["a starts", "a ends", "b starts", "b ends"]);
  });

  it("go on after one that failed, and after one that was refused", async () => {
    const { stage, url } = await serveStage();
    const client = rawDealer(url);
    await client.request("1", call("moveTo", "a"));
    await client.request("2", call("fail"));
    await client.request("3", call("moveTo"));
    await client.request("4", call("moveTo", "b"));
    await stage.started("a");
    stage.arrive("a");
    await stage.started("b");
    stage.arrive("b");

    expect((await client.replies(4)).map(({ id, reply }) => [id, reply.success])).toEqual([
      ["1", true],
      ["2", false],
      ["3", false],
      ["4", true],
    ]);
  });

  it("that are concurrent run past the others", async () => {
    const { stage, url } = await serveStage();
    const client = rawDealer(url);
    await client.request("move", call("moveTo", "a"));
    await stage.started("a");
    await client.request("stop", call("stop"));

    expect((await client.replies(2)).map(({ id }) => id)).toEqual(["stop", "move"]);
    expect(stage.log).toEqual(["a starts", "stops", "a ends"]);
  });

  it("hold up no property", async () => {
    const { stage, url } = await serveStage();
    const client = rawDealer(url);
    await client.request("move", call("moveTo", "a"));
    await stage.started("a");
    await client.request("set", { event: "PROPERTY_SET", property: "position", value: 5 });
    await client.request("get", { event: "PROPERTY_GET", property: "position" });

    expect(await client.replies(2)).toEqual([
      { id: "set", reply: { success: true } },
      { id: "get", reply: { success: true, value: 5 } },
    ]);
    stage.arrive("a");
    expect(await client.replies(1)).toMatchObject([{ id: "move" }]);
  });

  it("that still wait when the server closes are never run, and their callers are told", async () => {
    const { stage, server, url } = await serveStage();
    const client = rawDealer(url);
    for (const name of ["a", "b"]) await client.request(name, call("moveTo", name));
    await stage.started("a");
    await client.request("seen", { event: "PROPERTY_GET", property: "position" });
    await client.replies(1);
    const closed = server.close();
    const error = "moveTo was not started: the server is closing";
    expect(await client.replies(1)).toEqual([
      { id: "b", reply: { success: false, error, traceback: "", reason: "busy" } },
    ]);

    stage.arrive("a");
    await closed;
    expect(await client.replies(1)).toMatchObject([{ id: "a", reply: { success: true } }]);
    expect(stage.log).toEqual(["a starts", "a ends"]);
  });

  it("are told by name when they do not exist, in the original's words", async () => {
    const { url } = await serveStage();
    const client = rawClient(url);

    for (const method of ["nope", "started", "log", "constructor", "__proto__", "toString", ""]) {
      expect(await client.call(method)).toEqual({
        success: false,
        error: `Method ${method} not implemented`,
      });
    }
  });
});
