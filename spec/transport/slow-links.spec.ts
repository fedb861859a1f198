import { clientOf, serve } from "rigwire";
import { closing } from "../support/closing";
import { OVER_THE_WIRE, TcpProxy } from "../support/tcp-proxy";
import { connectStage, Stage } from "./stage";

const MIB = 1024 * 1024;
const HEARTBEAT_MS = 300;

/** A message of the largest size takes five times as long as the heartbeat has. */
const BYTES = 3 * MIB;
const BYTES_PER_SECOND = BYTES / ((5 * HEARTBEAT_MS) / 1_000);

async function stageOnASlowLink() {
  const server = closing(await serve(new Stage(), { heartbeatMs: HEARTBEAT_MS }));
  const port = Number(new URL(server.url).port);
  const proxy = closing(await TcpProxy.open({ host: "127.0.0.1", port }));
  const stage = connectStage(closing, proxy.url, {
    ...OVER_THE_WIRE,
    heartbeatMs: HEARTBEAT_MS,
    timeoutMs: 30_000,
  });
  await clientOf(stage).inventory();
  const states = new Set<string>();
  clientOf(stage).state$.subscribe(({ kind }) => states.add(kind));
  proxy.slowDown(BYTES_PER_SECOND);
  return { stage, states };
}

describe("a link on which a message takes longer than the heartbeat", () => {
  it("carries a large reply, and is not taken for lost", async () => {
    const { stage, states } = await stageOnASlowLink();

    expect((await stage.bytes(BYTES))[0]).toHaveLength(BYTES);
    expect([...states]).toEqual(["connected"]);
  });

  it("carries a large request, and is not taken for lost", async () => {
    const { stage, states } = await stageOnASlowLink();

    expect(await stage.lengthOf("x".repeat(BYTES))).toBe(BYTES);
    expect([...states]).toEqual(["connected"]);
  });
});
