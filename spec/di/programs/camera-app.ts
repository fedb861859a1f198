import "../../support/runtime";
import "reflect-metadata";
import { JsonMethod } from "../../../decorators/json-method";
import { RpcService } from "../../../decorators/rpc-service";
import { AdvertisementModule } from "../../../lib/di/advertisement-module";
import { RegistryModule } from "../../../lib/di/registry-module";
import { RigApp } from "../../../lib/di/rig-app";

// An app with one camera, "cam", which takes the name. First argument: `registry` or `folder`; second: the registry's
// URL or the folder of advertisements; third: the registry's patience, in milliseconds. Prints where the camera is.

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): number {
    return process.pid;
  }
}

async function main(kind: string, place: string, aliveTimeoutMs: number): Promise<void> {
  const module =
    kind === "registry"
      ? RegistryModule.connect(place, { aliveTimeoutMs })
      : AdvertisementModule.local({ folder: place });
  const app = new RigApp({ closeOnSignals: true }).use(module);
  await app.serve(Camera, { name: "cam", overwrite: true }).start();
  process.stdout.write(`${JSON.stringify(app.servers[0]?.url)}\n`);
}

const [kind = "", place = "", aliveTimeoutMs = "20000"] = process.argv.slice(2);
void main(kind, place, Number(aliveTimeoutMs));
