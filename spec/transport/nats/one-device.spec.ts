import { clientOf, connect, DeviceUnavailableError, serve } from "../../../lib/index";
import { ConformanceDevice } from "../conformance/conformance-device";
import { closing } from "../../support/closing";
import { describeWithNats, NatsServer } from "../../support/nats-server";
import { RecordingLogger } from "../../support/recording-logger";

describeWithNats("A device at a NATS server", () => {
  let broker: NatsServer;

  beforeAll(async () => {
    broker = await NatsServer.start({ config: "max_payload: 65536" });
  });
  afterAll(() => broker.close());

  const logger = new RecordingLogger();

  it("has its name for itself", async () => {
    const url = `${broker.url}/berlin/cam-1`;
    closing(await serve(new ConformanceDevice(), { url, logger }));

    await expect(serve(new ConformanceDevice(), { url, logger })).rejects.toThrow(
      /another device has this name at the NATS server/,
    );
  });

  it("is told as missing at once where nobody has the name", async () => {
    const remote = connect(ConformanceDevice, `${broker.url}/berlin/nobody`, { logger });
    closing(clientOf(remote));
    const begun = performance.now();

    await expect(remote.echo("?")).rejects.toThrow(DeviceUnavailableError);
    expect(performance.now() - begun).toBeLessThan(8_000);
  });

  it("is served beside other addresses, and gets its site and name from the URL alone", async () => {
    const server = closing(
      await serve(new ConformanceDevice(), {
        url: ["tcp://127.0.0.1", `${broker.url}/berlin/cam%202.x`],
        logger,
      }),
    );
    for (const url of server.urls) {
      const remote = connect(ConformanceDevice, url, { logger });
      closing(clientOf(remote));
      expect(await remote.echo(url)).toBe(url);
    }
  });
});
