import "reflect-metadata";
import { CallContext, JsonMethod, RegistryModule, RigApp, RpcService } from "../../../lib/index";

// An app with a stage so heavy that it goes on moving until somebody stops it. Its argument: the URL of a registry.
// Prints where it is, when it moves, and why it was told to end.

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

@RpcService({ type: "stage" })
export class HeavyStage {
  private halt: () => void = () => undefined;

  @JsonMethod({ timeout: 60_000 })
  async move(): Promise<string> {
    const { signal } = CallContext.current();
    signal.addEventListener("abort", () => tell((signal.reason as Error).message));
    const halted = new Promise<void>((resolve) => (this.halt = resolve));
    tell("moving");
    await halted;
    return "halted";
  }

  @JsonMethod({ interrupts: true })
  stop(): string {
    this.halt();
    return "stopped";
  }
}

async function main(registry: string): Promise<void> {
  const app = new RigApp({ closeOnSignals: true })
    .use(RegistryModule.connect(registry))
    .serve(HeavyStage, { name: "stage", closeGraceMs: 10_000 });
  await app.start();
  tell(app.servers[0]?.url);
}

if (require.main === module) void main(process.argv[2] ?? "");
