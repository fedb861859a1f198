import { clientOf, serve } from "../../lib/index";
import { KIND } from "../../lib/transport/stream/frame-layout";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { RecordingLogger } from "../support/recording-logger";
import { openGateway } from "./open-gateway";
import { RawBrowser } from "./raw-browser";
import { connectStage, Stage } from "./stage";

/** A gateway in front of a gateway. */
async function opened() {
  const device = new Stage();
  const logger = new RecordingLogger();
  const server = closing(
    await serve(device, { url: "tcp://127.0.0.1", name: "cam", closeGraceMs: 50, logger }),
  );
  const inner = await openGateway([{ name: "cam", type: "stage", url: server.url }]);
  const outer = await openGateway([{ name: "cam", type: "stage", url: inner.at("cam") }]);
  return { device, inner, outer };
}

it("a call that goes on without its caller does so behind two gateways", async () => {
  const { device, outer } = await opened();
  const stage = connectStage(outer.at("cam"));
  void stage.park().catch(() => undefined);
  await eventually("it runs", () => device.journal.length === 1);
  await clientOf(stage).close();
  const other = connectStage(outer.at("cam"));
  // Whatever was said of the one that is gone was said before this.
  await other.position.get();
  device.finish();
  await eventually("it has ended", () => device.journal.includes("park ended"));
  expect(device.journal).not.toContain("park aborted");
});

it("a call whose caller is gone ends behind two gateways, and says why", async () => {
  const { device, outer } = await opened();
  const stage = connectStage(outer.at("cam"));
  void stage.wander("run").catch(() => undefined);
  await eventually("it runs", () => device.journal.length === 1);
  await clientOf(stage).close();
  await eventually("it was told", () => device.journal.length === 2);
  expect(device.journal[1]).toMatch(/run ended: .*its caller is gone/);
});

it("a call that was given up ends as one that was given up", async () => {
  const { device, outer } = await opened();
  const browser = await RawBrowser.open(outer.at("cam"));
  await browser.ask(1, '{"event":"GET_INVENTORY"}');
  void browser
    .ask(2, '{"event":"METHOD_CALL","method":"wander","params":{"args":["run"]}}')
    .catch(() => undefined);
  await eventually("it runs", () => device.journal.length === 1);
  browser.send(KIND.message, 0, '{"event":"CANCEL","id":"2"}');
  await eventually("it was told", () => device.journal.length === 2);
  expect(device.journal[1]).not.toContain("its caller is gone");
});
