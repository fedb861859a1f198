import { cameraOf, serveCamera, startApp } from "../di/camera-apps";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { fleetAt, rawClient } from "./fleets";

// The answers are those of ADR-32 of the NATS architecture.

describeWithNats("a program that knows NATS services", () => {
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.close());

  const served = async () => {
    const app = await serveCamera({ name: "cam-1" }, fleetAt(nats, "berlin"));
    const [server] = app.servers;
    return { app, id: server?.instance ?? "", url: server?.url ?? "" };
  };
  const standard = (id: string, url: string) => ({
    name: "camera",
    id,
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as unknown,
    metadata: { site: "berlin", name: "cam-1", type: "camera", urls: url },
  });

  it("pings all devices, those of a type, and one", async () => {
    const [{ id, url }, raw] = await Promise.all([served(), rawClient(nats)]);
    const pong = { type: "io.nats.micro.v1.ping_response", ...standard(id, url) };
    expect(await raw.answers("$SRV.PING")).toEqual([pong]);
    expect(await raw.answers("$SRV.PING.camera")).toEqual([pong]);
    expect(await raw.answers(`$SRV.PING.camera.${id}`)).toEqual([pong]);
  });

  it("reads what they are", async () => {
    const [{ id, url }, raw] = await Promise.all([served(), rawClient(nats)]);
    const info = {
      type: "io.nats.micro.v1.info_response",
      ...standard(id, url),
      description: "berlin/cam-1",
      endpoints: [{ name: "focus", subject: "", queue_group: "", metadata: {} }],
    };
    for (const subject of ["$SRV.INFO", "$SRV.INFO.camera", `$SRV.INFO.camera.${id}`]) {
      expect(await raw.answers(subject)).toEqual([info]);
    }
  });

  it("reads what they have done, by member", async () => {
    const [{ id, url }, raw] = await Promise.all([served(), rawClient(nats)]);
    const camera = cameraOf(await startApp(fleetAt(nats)), "berlin/cam-1");
    await camera.focus();
    await camera.focus();
    const stats = {
      type: "io.nats.micro.v1.stats_response",
      ...standard(id, url),
      started: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
      endpoints: [
        {
          name: "focus",
          subject: "",
          queue_group: "",
          num_requests: 2,
          num_errors: 0,
          last_error: "",
          processing_time: expect.any(Number) as unknown,
          average_processing_time: expect.any(Number) as unknown,
        },
      ],
    };
    for (const subject of ["$SRV.STATS", "$SRV.STATS.camera", `$SRV.STATS.camera.${id}`]) {
      expect(await raw.answers(subject)).toEqual([stats]);
    }
    const [{ endpoints: [focus] = [] } = {}] = (await raw.answers("$SRV.STATS.camera")) as readonly {
      endpoints?: readonly { processing_time: number; average_processing_time: number }[];
    }[];
    expect(focus?.processing_time).toBeGreaterThan(0);
    expect(focus?.average_processing_time).toBe(Math.trunc((focus?.processing_time ?? 0) / 2));
  });

  it("is told by the broker that nobody is there, once they are gone", async () => {
    const [{ app, id }, raw] = await Promise.all([served(), rawClient(nats)]);
    await raw.answers("$SRV.PING");
    await app.close();
    for (const subject of ["$SRV.PING", "$SRV.INFO.camera", `$SRV.STATS.camera.${id}`]) {
      await expect(raw.answers(subject)).rejects.toThrow();
    }
  });
});
