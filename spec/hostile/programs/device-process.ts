import "reflect-metadata";
import { createInterface } from "node:readline";
import { Subject } from "rxjs";
import {
  Any,
  Arg,
  BufferMethod,
  type BufferResult,
  DeviceRegistry,
  generateKeys,
  JsonMethod,
  RpcService,
  serve,
  Signal,
  type ServeOptions,
} from "../../../lib/index";

@RpcService({ type: "probe" })
export class Probe {
  @Signal(Any) readonly moved = new Subject<unknown>();
  @JsonMethod({ timeout: null }) echo(@Arg("value") value: unknown): unknown {
    return value;
  }
  @JsonMethod() take(@Arg("value") value: unknown): boolean {
    return value !== undefined;
  }
  @JsonMethod({ concurrent: true }) stop(): boolean {
    return true;
  }
  /** Runs until its caller is gone. */
  @JsonMethod({ timeout: null }) hold(): Promise<void> {
    return new Promise(() => undefined);
  }
  /** Stands still, in milliseconds. */
  @JsonMethod({ timeout: null }) block(@Arg("duration") duration: number): void {
    const until = performance.now() + duration;
    while (performance.now() < until);
  }
  @JsonMethod() blob(@Arg("size") size: number): string {
    return "x".repeat(size);
  }
  @BufferMethod({ timeout: null }) bytes(@Arg("size") size: number): BufferResult {
    return [Buffer.alloc(size, 1), {}];
  }
  /** Sends numbers at a rate, as evenly as the clock of the system ticks; resolves with how many there were. */
  @JsonMethod({ timeout: null, concurrent: true })
  async flood(@Arg("rate") rate: number, @Arg("seconds") seconds: number): Promise<number> {
    const count = rate * seconds;
    const startedAt = performance.now();
    for (let sent = 0; sent < count;) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const due = Math.min(count, ((performance.now() - startedAt) * rate) / 1000);
      for (; sent < due; sent++) this.moved.next(sent);
    }
    return count;
  }
  @JsonMethod({ concurrent: true }) emit(@Arg("count") count: number, @Arg("size") size: number): void {
    for (let index = 0; index < count; index++) this.moved.next("x".repeat(size));
  }
}

/** Serves what is asked for, prints where, and closes at the end of its stdin; then it must end by itself. */
async function main(): Promise<void> {
  const [, , what = "device", text = "{}"] = process.argv;
  const options = JSON.parse(text) as ServeOptions & { readonly url?: string };
  const keys = generateKeys();
  const served =
    what === "registry"
      ? await DeviceRegistry.open({ url: "tcp://127.0.0.1:0", ...options })
      : await serve(new Probe(), {
          url: "tcp://127.0.0.1",
          ...options,
          ...(what === "with-keys" ? { security: { keys, allow: "any" as const } } : {}),
        });
  tell({ url: served.url, ...keys });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === '"memory"') tell(process.memoryUsage().rss);
    else if (line === '"cpu"') tell(process.cpuUsage());
    else break;
  }
  process.stdin.destroy();
  await served.close();
}

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

if (require.main === module) void main();
