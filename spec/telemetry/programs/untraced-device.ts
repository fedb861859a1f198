import { clientOf, connect, JsonMethod, RpcService, serve } from "../../../lib/index";

@RpcService()
class Lamp {
  @JsonMethod({ returns: Number })
  glow(): number {
    return 1;
  }
}

async function main(): Promise<void> {
  const server = await serve(new Lamp());
  const lamp = connect(Lamp, server.url);
  await lamp.glow();
  const modules = Object.keys(require.cache).filter((file) =>
    /@opentelemetry|lib.(opentelemetry|telemetry)/.test(file),
  );
  const all = Object.keys(require.cache).length;
  process.stdout.write(`${JSON.stringify({ all, modules })}\n`);
  await clientOf(lamp).close();
  await server.close();
}

void main();
