import { join } from "node:path";
import { filter, firstValueFrom } from "rxjs";
import {
  clientOf,
  connect,
  ConnectionLostError,
  DeviceUnavailableError,
  type Remote,
  serve,
  withOptions,
} from "../../../lib/index";
import { closing } from "../../support/closing";
import { eventually } from "../../support/eventually";
import { describeWithNats, NatsServer, startNatsCluster } from "../../support/nats-server";
import { RecordingLogger } from "../../support/recording-logger";
import { typeScriptProgram } from "../../support/typescript-child";
import { ConformanceDevice } from "../conformance/conformance-device";
import { connectStage } from "../stage";

const holdingClient = typeScriptProgram(join(__dirname, "../programs/holding-client.ts"));
const stageProcess = typeScriptProgram(join(__dirname, "../programs/stage-process.ts"));

/** Before this, silence alone tells of nothing. */
const HEARTBEAT_MS = 5_000;
const WAIT_MS = 20_000;

const logger = new RecordingLogger();

jest.setTimeout(60_000);

async function serving(url: string): Promise<ConformanceDevice> {
  const device = new ConformanceDevice();
  closing(await serve(device, { url, logger, closeGraceMs: 100 }));
  return device;
}

function connecting(url: string): Remote<ConformanceDevice> {
  const remote = connect(ConformanceDevice, url, { logger });
  closing(clientOf(remote));
  return remote;
}

/** Calls until it is connected again; a call that was not sent did nothing. */
async function callsAgain(remote: Remote<ConformanceDevice>, name: string): Promise<void> {
  await eventually(
    "it is connected again",
    () =>
      remote.move(name).then(
        () => true,
        (error: unknown) => {
          if (error instanceof DeviceUnavailableError) return false;
          throw error;
        },
      ),
    WAIT_MS,
  );
}

describeWithNats("Over a NATS server", () => {
  let broker: NatsServer;

  beforeEach(async () => {
    broker = await NatsServer.start();
  });
  afterEach(() => broker.close());

  it("the calls of a client that is killed are aborted, before silence would tell", async () => {
    const url = `${broker.url}/site/held`;
    const device = await serving(url);
    const client = holdingClient.start([url]);
    await eventually("it runs", () => device.begun.length === 1, WAIT_MS);

    client.signal("SIGKILL");
    const killedAt = performance.now();
    await eventually("it is aborted", () => device.aborted.length === 1, WAIT_MS);

    expect(performance.now() - killedAt).toBeLessThan(HEARTBEAT_MS);
  });

  it("the calls to a device that is killed fail, before silence would tell, and work again with the next", async () => {
    const url = `${broker.url}/site/stage`;
    const killed = stageProcess.start(["serve", url]);
    await killed.next();
    const stage = connectStage(closing, url, { logger });
    const held = stage.hold(1).catch((error: unknown) => error);
    expect(await killed.next()).toEqual({ moves: [1] });

    killed.signal("SIGKILL");
    const killedAt = performance.now();

    expect(await held).toBeInstanceOf(ConnectionLostError);
    expect(performance.now() - killedAt).toBeLessThan(HEARTBEAT_MS);
    await expect(stage.moveTo(2)).rejects.toThrow(DeviceUnavailableError);

    const next = stageProcess.start(["serve", url]);
    await next.next();
    await eventually("it is back", () => stage.moveTo(3).then(...isSent), WAIT_MS);
    expect(await next.next()).toEqual({ moves: [3] });
  });

  it("that is killed and started again calls fail at once, work later, and are never late or carried out twice", async () => {
    const url = `${broker.url}/site/device`;
    const device = await serving(url);
    const remote = connecting(url.replace("127.0.0.1", "localhost"));
    await remote.move("before");
    const held = remote.hold("in flight").catch((error: unknown) => error);
    await eventually("it runs", () => device.begun.includes("in flight"));

    await broker.kill();
    expect(await held).toBeInstanceOf(ConnectionLostError);
    await firstValueFrom(clientOf(remote).state$.pipe(filter(({ kind }) => kind === "connecting")));
    await eventually("the device knows that its caller is gone", () => device.aborted.length === 1);
    await expect(withOptions(remote, { timeoutMs: 100 }).move("away")).rejects.toThrow(
      DeviceUnavailableError,
    );
    broker = await broker.restarted();
    await callsAgain(remote, "after");

    expect(device.begun).toEqual(["before", "in flight", "after"]);
  });
});

const isSent = [() => true, () => false] as const;

describeWithNats("Over a cluster of three NATS servers", () => {
  it("a client goes on at another when its own is killed, and nothing is carried out twice", async () => {
    const [first, second, third] = await startNatsCluster();
    for (const server of [first, second, third]) closing(server);
    const device = await serving(`${second.url}/site/device`);
    const remote = connecting(`${first.url}/site/device`);
    await callsAgain(remote, "before");
    const held = remote.hold("in flight").catch((error: unknown) => error);
    await eventually("it runs", () => device.begun.includes("in flight"));

    await first.kill();
    expect(await held).toBeInstanceOf(ConnectionLostError);
    await eventually("the device knows that its caller is gone", () => device.aborted.length === 1, WAIT_MS);
    await callsAgain(remote, "after");

    expect(device.begun).toEqual(["before", "in flight", "after"]);
  });
});
