import { Fleet } from "../../lib/fleet/fleet";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { next, rawClient, type RawClient, serviceCalled } from "./fleets";

const NEWS = "rigwire-fleet.news.berlin.stranger";

describeWithNats("what anybody may announce", () => {
  let nats: NatsServer;
  let raw: RawClient;

  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.close());
  beforeEach(async () => {
    raw = await rawClient(nats);
  });

  const directory = () => closing(new Fleet(nats.url, { logger: silent })).directory;
  const publish = (subject: string, message: unknown) =>
    raw.connection.publish(
      subject,
      Buffer.from(typeof message === "string" ? message : JSON.stringify(message)),
    );
  const camera = (name: string, more: object = {}) => ({
    name,
    instance: name,
    type: "camera",
    version: "1.0.0",
    started: serviceCalled(name).device.startedAt,
    urls: ["tcp://10.0.0.7:9000"],
    ...more,
  });

  it("counts as far as it can be read, and ends nothing", async () => {
    const fleet = directory();
    const come = next(fleet.changes$, 2);
    await fleet.find({});
    for (const rubbish of [
      "",
      "{",
      "[]",
      '"alive"',
      "{}",
      { type: "rigwire.fleet.v1.changed", revision: 1 },
    ]) {
      publish(NEWS, rubbish);
    }
    const added = [
      camera("first"),
      null,
      camera("moves\u001b[2J the cursor"),
      camera("x".repeat(300)),
      camera("nowhere", { urls: [] }),
      camera("wrong", { urls: ["gopher://10.0.0.7"] }),
      camera("crowded", { urls: Array.from({ length: 100 }, () => "tcp://10.0.0.7:1") }),
      camera("early", { started: "yesterday" }),
      camera("last"),
    ];
    publish(NEWS, { type: "rigwire.fleet.v1.changed", revision: 1, added, removed: [] });
    expect((await come).map(({ device }) => device.name)).toEqual(["berlin/first", "berlin/last"]);
    publish(NEWS, { type: "rigwire.fleet.v1.left" });
  });

  it("is asked for where something of it was missed, page by page", async () => {
    const site = {
      type: "rigwire.fleet.v1.devices",
      site: "berlin",
      announcer: "stranger",
      revision: 5,
      pages: 2,
    };
    raw.connection.subscribe("rigwire-fleet.site.berlin.announcer.stranger", ({ reply }) => {
      publish(reply, { ...site, page: 1, devices: [camera("second")] });
      publish(reply, { ...site, page: 0, devices: [camera("first")] });
    });
    const fleet = directory();
    const come = next(fleet.changes$, 2);
    await fleet.find({});
    publish(NEWS, { type: "rigwire.fleet.v1.alive", revision: 5 });
    expect((await come).map(({ device }) => device.name).sort()).toEqual(["berlin/first", "berlin/second"]);
  });

  it("counts for the site of its subject, whatever it says", async () => {
    const fleet = directory();
    const changes = fleet.changes$.subscribe();
    await fleet.find({});
    const added = [camera("cam-1", { site: "paris" })];
    publish(NEWS, { type: "rigwire.fleet.v1.changed", site: "paris", revision: 1, added, removed: [] });
    await eventually("it is known", async () => (await fleet.find({})).length === 1);
    expect((await fleet.find({})).map(({ name }) => name)).toEqual(["berlin/cam-1"]);
    changes.unsubscribe();
  });
});
