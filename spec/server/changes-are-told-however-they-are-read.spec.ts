import { firstValueFrom, Subject, take, toArray } from "rxjs";
import { ContractError, RpcProperty, RpcService, serve, Signal } from "rigwire";
import { closing } from "../support/closing";
import { rawClient } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";

@RpcService()
class Oven {
  @Signal(Number) readonly targetChanged = new Subject<number>();
  isBroken = false;
  #target = 20;

  /** Reads what is there when it gets to it, as a bus does. */
  @RpcProperty({ type: Number, notify: "targetChanged" })
  get target(): Promise<number> {
    return Promise.resolve().then(() => {
      if (this.isBroken) throw new Error("no answer from the bus");
      return this.#target;
    });
  }
  set target(value: unknown) {
    this.#target = Number(value);
  }
}

describe("a property with an asynchronous getter", () => {
  it("tells its changes in order, each value once", async () => {
    const oven = new Oven();
    const client = rawClient(closing(await serve(oven)).url);
    const told = firstValueFrom(oven.targetChanged.pipe(take(3), toArray()));
    for (const value of [50, 50, 60, 50])
      expect(await client.set("target", value)).toEqual({ success: true });

    expect(await told).toEqual([50, 60, 50]);
  });

  it("says why a change could not be told", async () => {
    const logger = new RecordingLogger();
    const oven = new Oven();
    const server = closing(await serve(oven, { logger }));
    oven.isBroken = true;
    const client = rawClient(server.url);
    await client.set("target", 50);
    expect(await client.get("target")).toMatchObject({ success: false });

    expect(logger.lines).toEqual([
      "error: Oven.target was set, but its change could not be told: no answer from the bus",
      expect.stringMatching(/^warn: Oven\.target failed after \d+ ms, called by .+: no answer from the bus$/),
    ]);
  });
});

it("a property that holds a Map cannot tell its changes, which is said when it is served", async () => {
  @RpcService()
  class Table {
    @Signal() readonly rowsChanged = new Subject<void>();
    @RpcProperty({ notify: "rowsChanged" }) rows: unknown = new Map([["a", 1]]);
  }

  const serving = serve(new Table());
  await expect(serving).rejects.toThrow(ContractError);
  await expect(serving).rejects.toThrow(
    "Table.rows tells its changes, but a Map cannot travel as JSON: use an object",
  );
});
