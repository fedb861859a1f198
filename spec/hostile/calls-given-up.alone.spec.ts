import { join } from "node:path";
import { type RpcServer, serve } from "rigwire";
import { closing } from "../support/closing";
import { MIB } from "../support/resident-memory";
import { TcpProxy } from "../support/tcp-proxy";
import { typeScriptProgram } from "../support/typescript-child";
import { Probe } from "./programs/device-process";

jest.setTimeout(60_000);

const client = typeScriptProgram(join(__dirname, "programs/giving-up-process.ts"));

const CALLS = 100_000;

function wireTo({ url }: RpcServer): Promise<TcpProxy> {
  return TcpProxy.open({ host: "127.0.0.1", port: Number(new URL(url).port) });
}

it.each([
  ["takes them and never answers", (wire: TcpProxy) => wire.swallow()],
  ["does not even take them", (wire: TcpProxy) => wire.stall()],
])("a client keeps next to nothing of 100,000 calls given up at a device that %s", async (what, silence) => {
  const server = closing(await serve(new Probe(), { url: "tcp://127.0.0.1", heartbeatMs: 600_000 }));
  const wire = closing(await wireTo(server));
  const child = client.start([wire.url, JSON.stringify({ heartbeatMs: 600_000 })]);
  expect(await child.next()).toBe("ready");
  silence(wire);

  child.send(CALLS);

  const kept = JSON.parse(await child.nextLine(45_000)) as Record<"heap" | "resident", number> & {
    readonly reasons: readonly string[];
  };
  const heap = Math.round(kept.heap / MIB);
  const resident = Math.round(kept.resident / MIB);
  process.stdout.write(`${CALLS} calls given up, ${what}: heap +${heap} MiB, resident +${resident} MiB\n`);
  expect(kept.reasons).toEqual(["CallAbortedError"]);
  // 100 MiB and more where they are kept.
  expect(heap).toBeLessThan(10);
  expect(resident).toBeLessThan(90);
});
