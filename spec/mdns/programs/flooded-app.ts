import "reflect-metadata";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { DEVICE_DIRECTORY, JsonMethod, MdnsModule, RigApp, RpcService } from "rigwire";

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  shoot(): string {
    return "shot";
  }
}

/** Serves a camera and watches devices in the group of a port; prints each second how it fares. */
async function main(port: number): Promise<void> {
  const options = { interfaces: ["lo"], port };
  const app = await new RigApp()
    .use(MdnsModule.local(options))
    .serve(Camera, { name: "cam-1", url: "tcp://127.0.0.1" })
    .start();
  const directory = app.resolve(DEVICE_DIRECTORY);
  const watched = new Set<string>();
  directory.changes$.subscribe(({ kind, device }) => {
    if (kind === "added") watched.add(device.name);
    else watched.delete(device.name);
  });
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const names = (await directory.find({})).map(({ name }) => name);
    const line = { listed: names.length, watched: watched.size, hasOwn: names.includes("cam-1") };
    process.stdout.write(`${JSON.stringify({ ...line, longestTurnMs: Math.round(delay.max / 1e6) })}\n`);
    delay.reset();
  }
}

void main(Number(process.argv[2]));
