import { Subject } from "rxjs";
import { clientOf, connect, RpcProperty, RpcService, serve, Signal } from "rigwire";
import { memoryUrl } from "../../lib/testing";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";

const LIMIT = 8_192;
const UNSENDABLE = "x".repeat(LIMIT);

@RpcService({ type: "amplifier" })
class Amplifier {
  @Signal(String) readonly modeChanged = new Subject<string>();
  private current = "off";

  @RpcProperty({ type: String, notify: "modeChanged", autoNotify: false })
  get mode(): string {
    return this.current;
  }

  set mode(mode: string) {
    this.current = mode;
    this.modeChanged.next(mode);
  }

  /** Its signal is counted, but never arrives. */
  changeUnheard(mode: string): void {
    this.current = mode;
    this.modeChanged.next(UNSENDABLE);
  }
}

describe("changes$ of a property", () => {
  it.each([
    ["over ZeroMQ", "tcp://127.0.0.1"],
    ["within a process", memoryUrl()],
  ])("tells the value again when a change was missed, %s", async (_, url) => {
    const device = new Amplifier();
    const logger = new RecordingLogger();
    const server = closing(await serve(device, { url, maxMessageBytes: LIMIT, logger }));
    const amplifier = connect(Amplifier, server.url, { logger });
    closing(clientOf(amplifier));
    const modes: string[] = [];
    amplifier.mode.changes$.subscribe((mode) => modes.push(mode));
    await amplifier.mode.set("standby");
    await eventually("the change came", () => modes.includes("standby"));
    device.changeUnheard("on");

    await eventually("the value was read again", () => modes.includes("on"));
    expect(modes).toEqual(["off", "standby", "on"]);
  });
});
