import "../../support/runtime";
import "reflect-metadata";
import { JsonMethod } from "../../../decorators/json-method";
import { RpcService } from "../../../decorators/rpc-service";
import { connect } from "../../../lib/client/connect";
import { serve } from "../../../lib/server/serve";

// `serve URL` serves a lamp and prints where; `call URL MS` calls one, prints the answer or, after this time, the error,
// and ends.

@RpcService({ type: "lamp" })
class Lamp {
  @JsonMethod()
  shine(): string {
    return "shines";
  }
}

async function main(role: string, url: string, timeoutMs: number): Promise<void> {
  if (role === "serve") {
    const server = await serve(new Lamp(), { url, name: "lamp" });
    process.stdout.write(`${JSON.stringify(server.url)}\n`);
    return;
  }
  const outcome = await Promise.resolve(connect(Lamp, url, { timeoutMs }).shine()).catch((error: unknown) =>
    String(error),
  );
  process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit());
}

void main(process.argv[2] ?? "", process.argv[3] ?? "", Number(process.argv[4]));
