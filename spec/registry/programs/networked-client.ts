import "../../support/runtime";
import "reflect-metadata";
import { JsonMethod } from "../../../decorators/json-method";
import { RpcService } from "../../../decorators/rpc-service";
import { clientOf, withOptions } from "../../../lib/client/create-remote";
import { RegistryModule } from "../../../lib/di/registry-module";
import { RigApp } from "../../../lib/di/rig-app";

// Calls the camera "cam" by the registry of its first argument, once and then for each line of stdin; prints where it
// reached it, or the error. The second argument is how long it waits, in milliseconds.

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): Promise<number> {
    throw new Error("this is only the contract");
  }
}

async function main(registryUrl: string, timeoutMs: number): Promise<void> {
  const app = await new RigApp().use(RegistryModule.connect(registryUrl)).start();
  const camera = withOptions(app.client(Camera, "cam"), { timeoutMs });
  let url = "";
  clientOf(camera).state$.subscribe((state) => {
    if (state.kind === "connected") url = state.url;
  });
  const call = async () => {
    const outcome = await camera.focus().then(
      () => url,
      (error: unknown) => String(error),
    );
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  };
  process.stdin.on("data", () => void call());
  await call();
}

void main(process.argv[2] ?? "", Number(process.argv[3] ?? 8_000));
