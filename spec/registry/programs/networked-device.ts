import "../../support/runtime";
import "reflect-metadata";
import { JsonMethod } from "../../../decorators/json-method";
import { RpcService } from "../../../decorators/rpc-service";
import { RegistryClient } from "../../../lib/registry/registry-client";
import { RegistryLease } from "../../../lib/registry/registry-lease";
import { serve } from "../../../lib/server/serve";

// Serves a camera at the URL of its first argument and keeps it in the registry of its second; prints each state of the
// lease.

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  focus(): number {
    return 7;
  }
}

async function main(url: string, registryUrl: string): Promise<void> {
  const server = await serve(new Camera(), { name: "cam", url });
  const lease = new RegistryLease(new RegistryClient(registryUrl), server);
  lease.state$.subscribe((state) => process.stdout.write(`${JSON.stringify(state)}\n`));
}

void main(process.argv[2] ?? "", process.argv[3] ?? "");
