import { type Subscription } from "rxjs";

import { AdvertisementDirectory } from "../../lib/advertisement/advertisement-directory";
import { LocalServiceAdvertisement } from "../../lib/advertisement/local-service-advertisement";
import { type DeviceEvent } from "../../lib/discovery/device-directory";
import { eventually } from "../support/eventually";
import { RuntimeFolder } from "./runtime-folder";

describe("the directory of local advertisements", () => {
  let runtime: RuntimeFolder;
  let open: LocalServiceAdvertisement[];

  beforeEach(() => {
    runtime = new RuntimeFolder();
    open = [
      advertise("cam-1", "camera"),
      advertise("cam-2", "camera", { side: "left" }),
      advertise("x", "stage"),
    ];
  });

  afterEach(async () => {
    await Promise.all(open.map((service) => service.close()));
    runtime.remove();
  });

  function advertise(serviceName: string, serviceType: string, properties = {}): LocalServiceAdvertisement {
    return new LocalServiceAdvertisement(
      { serviceName, serviceType, address: `ipc:///tmp/${serviceName}`, properties },
      { folder: runtime.advertisements },
    );
  }

  const directory = (properties = {}) =>
    new AdvertisementDirectory({ folder: runtime.advertisements, properties, rescanMs: 600_000 });

  it.each([
    ["by type", { type: "camera" }, ["cam-1", "cam-2"]],
    ["by name", { name: "x" }, ["x"]],
    ["by both", { name: "cam-2", type: "camera" }, ["cam-2"]],
    ["by neither", {}, ["cam-1", "cam-2", "x"]],
    ["that do not exist", { name: "cam-1", type: "stage" }, []],
  ])("finds devices %s", async (_case, query, names) => {
    expect((await directory().find(query)).map(({ name }) => name).sort()).toEqual(names);
  });

  it("gives the address of a device as its URL", async () => {
    expect(await directory().find({ name: "x" })).toEqual([
      { name: "x", type: "stage", url: "ipc:///tmp/x" },
    ]);
  });

  it("finds only devices with its properties", async () => {
    expect(await directory({ side: "left" }).find({})).toMatchObject([{ name: "cam-2" }]);
  });

  it("tells devices that come and go from the subscription on", async () => {
    const told: DeviceEvent[] = [];
    const subscription: Subscription = directory().changes$.subscribe((event) => told.push(event));
    try {
      const added = advertise("cam-3", "camera");
      await eventually("the device was added", () => told.length === 1);
      await added.close();
      await eventually("the device was removed", () => told.length === 2);
    } finally {
      subscription.unsubscribe();
    }
    const device = { name: "cam-3", type: "camera", url: "ipc:///tmp/cam-3" };
    expect(told).toEqual([
      { kind: "added", device },
      { kind: "removed", device },
    ]);
  });
});
