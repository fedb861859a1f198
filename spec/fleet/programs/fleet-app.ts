import "../../support/runtime";
import "reflect-metadata";
import { JsonMethod } from "../../../decorators/json-method";
import { RpcService } from "../../../decorators/rpc-service";
import { FleetModule } from "../../../lib/di/fleet-module";
import { RigApp } from "../../../lib/di/rig-app";

// An app with cameras `cam-0`, `cam-1` and so on in a fleet. Arguments: the fleet's URL with the site, and how many
// cameras. Prints how many it serves; closes on SIGTERM.

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): number {
    return process.pid;
  }
}

async function main(url: string, count: number): Promise<void> {
  const app = new RigApp({ closeOnSignals: true }).use(FleetModule.connect(url));
  for (let number = 0; number < count; number++) app.serve(new Camera(), { name: `cam-${number}` });
  await app.start();
  process.stdout.write(`${count}\n`);
}

const [url = "", count = "1"] = process.argv.slice(2);
void main(url, Number(count));
