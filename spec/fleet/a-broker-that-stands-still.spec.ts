import { type DeviceEvent } from "rigwire";
import { filter } from "rxjs";
import { setTimeout as pause } from "node:timers/promises";
import { Fleet } from "../../lib/fleet/fleet";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { describeWithNats } from "../support/nats-server";
import { next, serviceCalled, startNats } from "./fleets";

/** Longer than a process may be silent, and shorter than a connection is that counts as lost. */
const STILL_MS = 5_000;

describeWithNats("a broker that stands still", () => {
  it("loses nobody: who cannot be heard is not silent", async () => {
    const nats = await startNats();
    const fleet = closing(new Fleet(`${nats.url}/berlin`, { logger: silent }));
    await fleet.announce(serviceCalled("cam-1"));
    const { directory } = closing(new Fleet(nats.url, { logger: silent }));
    const lost: DeviceEvent[] = [];
    const watching = directory.changes$.pipe(filter(({ kind }) => kind === "removed"));
    const watched = watching.subscribe((event) => lost.push(event));
    closing({ close: () => watched.unsubscribe() });
    await directory.find({});

    nats.pause();
    await pause(STILL_MS);
    nats.resume();
    // What comes after it shows that all before it has come.
    const added = next(directory.changes$.pipe(filter(({ device }) => device.name === "berlin/cam-2")));
    await fleet.announce(serviceCalled("cam-2"));
    await added;
    expect(lost).toEqual([]);
  }, 20_000);
});
