import { Fleet } from "../../lib/fleet/fleet";
import { locateDevice } from "../../lib/discovery/locate-device";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { describeWithNats } from "../support/nats-server";
import { eventually } from "../support/eventually";
import { rawClient, serviceCalled, startNats } from "./fleets";

/** So often it is looked again for a device that is not there. */
const ROUNDS = 3;

describeWithNats("a program that waits for a device of a fleet", () => {
  it("has the fleet listed once, however often it looks again", async () => {
    const nats = await startNats();
    const fleet = closing(new Fleet(`${nats.url}/berlin`, { logger: silent }));
    await fleet.announce(serviceCalled("cam-1"));
    let lists = 0;
    const { connection } = await rawClient(nats);
    connection.subscribe("rigwire-fleet.every.list", () => (lists += 1));
    await connection.flush();

    const { directory } = closing(new Fleet(nats.url, { logger: silent }));
    const problems: string[] = [];
    const ending = new AbortController();
    const query = { name: "berlin/cam-2" };
    const found = locateDevice(directory, query, ending.signal, (problem) => problems.push(problem));
    found.catch(() => undefined);
    await eventually("it has looked again", () => problems.length >= ROUNDS, 12_000);
    ending.abort(new Error("ended"));
    await connection.flush();
    expect(lists).toBe(1);
  }, 20_000);

  it("is told of the device when it comes", async () => {
    const nats = await startNats();
    const { directory } = closing(new Fleet(nats.url, { logger: silent }));
    const ending = new AbortController();
    const problems: string[] = [];
    const search = locateDevice(directory, { name: "berlin/cam-1" }, ending.signal, (problem) =>
      problems.push(problem),
    );
    await eventually("it waits", () => problems.length > 0);
    const fleet = closing(new Fleet(`${nats.url}/berlin`, { logger: silent }));
    await fleet.announce(serviceCalled("cam-1"));
    expect(await search).toBe("tcp://127.0.0.1:1");
  });
});
