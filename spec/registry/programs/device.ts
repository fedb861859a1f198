import "../../support/runtime";
import "reflect-metadata";
import { JsonMethod } from "../../../decorators/json-method";
import { RpcService } from "../../../decorators/rpc-service";
import { RegistryClient } from "../../../lib/registry/registry-client";
import { RegistryLease } from "../../../lib/registry/registry-lease";
import { serve } from "../../../lib/server/serve";

// Serves a camera and keeps it in the registry of its first argument; prints how the lease stands, and that it
// checked in. `"close"` on stdin
// closes everything, after which nothing keeps the process.

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): number {
    return 7;
  }
}

function print(message: string): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

class TellingClient extends RegistryClient {
  override async checkAlive(...args: Parameters<RegistryClient["checkAlive"]>): Promise<boolean> {
    const isKnown = await super.checkAlive(...args);
    if (isKnown) print("checked in");
    return isKnown;
  }
}

async function main(registryUrl: string, aliveTimeoutMs: number): Promise<void> {
  const server = await serve(new Camera(), { name: "cam" });
  const client = new TellingClient(registryUrl);
  const lease = new RegistryLease(client, server, { aliveTimeoutMs });
  lease.state$.subscribe(({ kind }) => print(kind));
  process.stdin.once("data", () => {
    void server
      .close()
      .then(() => lease.close())
      .then(() => client.close())
      .then(() => process.stdin.destroy());
  });
}

void main(process.argv[2] ?? "", Number(process.argv[3]));
