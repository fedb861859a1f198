import { type RpcServer, serve } from "rigwire";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { rawDealer } from "../support/raw-client";
import { RecordingLogger } from "../support/recording-logger";
import { RpcService, JsonMethod } from "rigwire";

/** Does not look at its signal. */
@RpcService()
class Stubborn {
  running = 0;
  private end: () => void = () => undefined;

  @JsonMethod({ timeout: null }) async grind(): Promise<void> {
    this.running += 1;
    await new Promise<void>((resolve) => (this.end = resolve));
    this.running -= 1;
  }

  @JsonMethod({ timeout: null, concurrent: true }) async beside(): Promise<void> {
    await this.grind();
  }

  stop(): void {
    this.end();
  }
}

function serveIt(device: Stubborn): Promise<RpcServer> {
  return serve(device, { closeGraceMs: 10, logger: new RecordingLogger() });
}

describe("an object whose server closed while a method ran", () => {
  it.each(["grind", "beside"])("is served again only when the method has ended: %s", async (method) => {
    const device = new Stubborn();
    const first = await serveIt(device);
    await rawDealer(first.url).request("1", { event: "METHOD_CALL", method, params: { args: [] } });
    await eventually("it runs", () => device.running === 1);
    await first.close();

    await expect(serveIt(device)).rejects.toThrow(
      `this Stubborn cannot be served again yet: ${method} still runs, though its server has closed; ` +
        "have it watch CallContext.current().signal, or give it more time (closeGraceMs)",
    );
    device.stop();
    await eventually("it has ended", () => device.running === 0);
    closing(await serveIt(device));
  });

  it("waits for a task of its own process as well", async () => {
    const device = new Stubborn();
    const first = await serveIt(device);
    const task = first.inTurn(() => device.grind());
    await eventually("it runs", () => device.running === 1);
    await first.close();

    await expect(serveIt(device)).rejects.toThrow("a task of its own process still runs");
    device.stop();
    await task;
    closing(await serveIt(device));
  });
});
