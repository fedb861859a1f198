import { get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { clientOf, connect } from "rigwire";
import { CameraContract } from "../../../samples/plant-scanner/camera-contract";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { typeScriptProgram } from "../../support/typescript-child";

const deviceProgram = typeScriptProgram(join(__dirname, "../../../samples/plant-scanner/device.ts"));

/** Reads the stream until it ends. */
function watch(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, (response) => {
      response.on("error", () => undefined).resume();
      resolve(response);
    }).on("error", reject);
  });
}

async function streamingCamera() {
  const child = deviceProgram.start(["camera", "--allow-remote-stop"]);
  const [, , url = ""] = (await child.nextLine()).split(" ");
  const camera = connect(CameraContract, url);
  closing(clientOf(camera));
  await camera.mode.set("VIDEO");
  await eventually("the stream has an address", async () => (await camera.videoUrl.get()) !== "");
  await watch(await camera.videoUrl.get());
  return { child, camera };
}

describe("a camera that streams to somebody", () => {
  it("ends when a client stops it", async () => {
    const { child, camera } = await streamingCamera();
    await clientOf(camera).stopServer();

    expect(await child.ended).toEqual({ code: 0, signal: null });
  });

  it("ends when it is told to by a signal", async () => {
    const { child } = await streamingCamera();
    child.signal("SIGTERM");

    expect((await child.ended).code).not.toBeNull();
  });
});
