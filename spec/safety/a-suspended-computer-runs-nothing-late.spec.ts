import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { rawDealer } from "../support/raw-client";
import { typeScriptProgram } from "../support/typescript-child";
import { connectMotor } from "./motor-clients";

const SUSPENDED_MS = 2_000;

const hasCompiler = process.platform === "linux" && spawnSync("cc", ["--version"]).status === 0;
const program = typeScriptProgram(join(__dirname, "programs/motor-process.ts"));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "rigwire-clock-"));
  if (!hasCompiler) return;
  const source = join(__dirname, "programs/suspended-clock.c");
  execFileSync("cc", ["-shared", "-fPIC", "-o", join(folder, "clock.so"), source, "-ldl"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function nanoseconds(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(ms) * 1_000_000n);
  return bytes;
}

(hasCompiler ? it : it.skip)(
  "a command that waits while the computer is suspended is not run later",
  async () => {
    const missed = join(folder, "missed");
    writeFileSync(missed, nanoseconds(0));
    const env = { LD_PRELOAD: join(folder, "clock.so"), MISSED_NANOSECONDS: missed, RIGWIRE_LOG: "silent" };
    const child = program.start(["tcp://127.0.0.1", '{"heartbeatMs":60000}'], env);
    const url = String(await child.next());
    const client = rawDealer(url);
    const call = (args: number[]) => ({ event: "METHOD_CALL", method: "moveTo", params: { args } });
    await client.request("clock", { event: "STATUS" });
    const [status] = await client.replies(1);
    await client.request("first", call([1, 300]));
    // No deadline of its own would tell: on the monotonic clock there is time enough.
    await client.request("second", { ...call([2]), deadline: Number(status?.reply.clock) + 1_000 });
    await client.request("seen", { event: "STATUS" });
    await client.replies(1);

    child.signal("SIGSTOP");
    await delay(SUSPENDED_MS);
    writeFileSync(missed, nanoseconds(SUSPENDED_MS));
    child.signal("SIGCONT");

    const replies = new Map((await client.replies(2)).map(({ id, reply }) => [id, reply]));
    expect(replies.get("second")).toMatchObject({ success: false, reason: "late" });
    expect(replies.get("first")).toMatchObject({ success: true });
    expect(await connectMotor(url).history()).toEqual([1]);
  },
);
