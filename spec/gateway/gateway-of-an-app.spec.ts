import { DEVICE_GATEWAY, GatewayModule, RigApp } from "../../lib/index";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { connectStage, Stage } from "./stage";

it("leads to the devices of the app itself, and closes with it", async () => {
  const logger = new RecordingLogger();
  const app = closing(
    new RigApp({ logger })
      .use(GatewayModule.serve({ url: "http://127.0.0.1:0", login: "none", page: "/nonexistent", logger }))
      .serve(Stage, { name: "stage-1" }),
  );
  await app.start();
  const { url } = app.resolve(DEVICE_GATEWAY);
  expect(await connectStage(`${url.replace(/^http/, "ws")}/devices/stage-1`).double(4)).toBe(8);
  await app.close();
  await expect(fetch(url)).rejects.toThrow();
});
