import { NEVER } from "rxjs";
import {
  AddressError,
  AmbiguousDeviceError,
  type DeviceDirectory,
  DeviceList,
  type DeviceQuery,
  type DeviceRecord,
} from "rigwire";
import { locateDevice, locateDevices } from "../../lib/discovery/locate-device";
import { eventually } from "../support/eventually";

const CAM = { name: "cam", type: "camera", url: "tcp://10.0.0.1:1" };

afterEach(() => jest.restoreAllMocks());

/** A search that ends with its test. */
function search(directory: DeviceDirectory, query: { name?: string; type?: string }) {
  const problems: string[] = [];
  const ending = new AbortController();
  const found = locateDevice(directory, query, ending.signal, (problem) => problems.push(problem));
  found.catch(() => undefined);
  return { found, problems, end: () => ending.abort(new Error("ended")) };
}

describe("the search for a device", () => {
  it("finds it by name and by type", async () => {
    const devices = new DeviceList([CAM]);
    expect(await search(devices, { name: "cam" }).found).toBe(CAM.url);
    expect(await search(devices, { type: "camera" }).found).toBe(CAM.url);
  });

  it("waits for it, and tells meanwhile what is there", async () => {
    const devices = new DeviceList([{ ...CAM, name: "other" }]);
    const { found, problems } = search(devices, { name: "cam" });
    await eventually("it is told", () => problems.length > 0);
    expect(problems).toEqual([`there is no device "cam": known are other (camera, ${CAM.url})`]);
    devices.add(CAM);
    expect(await found).toBe(CAM.url);
  });

  it("asks again whether the device is there, however long a list of all others takes", async () => {
    let asked = 0;
    const find = ({ name }: DeviceQuery): Promise<readonly DeviceRecord[]> => {
      if (name === undefined) return new Promise(() => undefined);
      return Promise.resolve(asked++ === 0 ? [] : [CAM]);
    };
    expect(await search({ find, changes$: NEVER }, { name: "cam" }).found).toBe(CAM.url);
  });

  it("has a directory list everything once for all who search, for what they tell", async () => {
    const devices = new DeviceList([{ ...CAM, name: "other" }]);
    let lists = 0;
    const find = (query: DeviceQuery) => {
      if (query.name === undefined) lists += 1;
      return devices.find(query);
    };
    const directory = { find, changes$: devices.changes$ };
    const searches = Array.from({ length: 100 }, (_, number) => search(directory, { name: `cam-${number}` }));
    await eventually("all are told", () => searches.every(({ problems }) => problems.length > 0));
    for (const { end } of searches) end();
    expect(lists).toBe(1);
  });

  it("does not wait for a directory that keeps silent once the device is told", async () => {
    const devices = new DeviceList();
    let asked = 0;
    const find = () => (asked++ === 0 ? new Promise<never>(() => undefined) : devices.find({}));
    const { found } = search({ find, changes$: devices.changes$ }, { name: "cam" });
    devices.add(CAM);
    expect(await found).toBe(CAM.url);
  });

  it("tells that a directory cannot be asked, and why, and asks it again", async () => {
    let isAway = true;
    const find = () => (isAway ? Promise.reject(new Error("connection refused")) : Promise.resolve([CAM]));
    const { found, problems } = search({ find, changes$: NEVER }, { name: "cam" });
    await eventually("it is told", () => problems.length > 0);
    expect(problems[0]).toBe('device "cam" is not found: connection refused');
    isAway = false;
    expect(await found).toBe(CAM.url);
  });

  it("tells when a directory is slow", async () => {
    const find = ({ name }: { name?: string }) =>
      name === undefined ? Promise.resolve([CAM]) : new Promise<never>(() => undefined);
    const { found, problems, end } = search({ find, changes$: NEVER }, { name: "other" });
    await eventually("it is told", () => problems.length > 0);
    expect(problems).toEqual([`device "other" is not found yet: known are cam (camera, ${CAM.url})`]);
    end();
    await expect(found).rejects.toThrow("ended");
  });

  it("fails at once where a directory has an address that is none", async () => {
    const find = () => Promise.reject(new AddressError('"nowhere" is no address'));
    await expect(search({ find, changes$: NEVER }, { name: "cam" }).found).rejects.toThrow(AddressError);
  });

  it("fails at once where several match, and says what to do", async () => {
    const { found } = search(new DeviceList([CAM, { ...CAM, name: "two" }]), { type: "camera" });
    await expect(found).rejects.toThrow(AmbiguousDeviceError);
    await expect(found).rejects.toThrow(
      /2 devices of type "camera": ask for one by name: known are cam .*two/,
    );
    const same = search(new DeviceList([CAM, { ...CAM, url: "tcp://10.0.0.2:1" }]), { name: "cam" });
    await expect(same.found).rejects.toThrow('there are 2 devices "cam": give them different names');
  });

  it("names what a directory knows of a device", async () => {
    const devices = new DeviceList([
      { name: "CAM", type: "", url: "tcp://10.0.0.1:1" },
      { name: "", type: "camera", url: "tcp://10.0.0.1:1" },
    ]);
    const { problems, end } = search(devices, { name: "other" });
    await eventually("it is told", () => problems.length > 0);
    expect(problems[0]).toContain("known are CAM (tcp://10.0.0.1:1), camera (tcp://10.0.0.1:1)");
    end();
  });

  it("listens to its end once at a time, however often it has to look again", async () => {
    const listening = countListeners();
    const after = (rounds: number) => {
      const devices = new DeviceList();
      let round = 0;
      const find = () => {
        setImmediate(() => devices.add({ ...CAM, name: `cam-${++round}` }));
        return Promise.resolve(round < rounds ? [] : [CAM]);
      };
      return { find, changes$: devices.changes$ };
    };
    await search(after(20), { type: "camera" }).found;
    await locateDevices(after(20), { type: "camera" }, { atLeast: 1, timeoutMs: 10_000 });
    expect(listening.most).toBeLessThan(5);
    expect(listening.now).toBe(0);
  });
});

/** How many listeners there are of any target's abort, added from now on, until the end of the test. */
function countListeners() {
  const count = { now: 0, most: 0 };
  const { prototype } = EventTarget;
  const { addEventListener: add, removeEventListener: remove } = prototype;
  jest.spyOn(prototype, "addEventListener").mockImplementation(function (this: EventTarget, ...args) {
    count.now += 1;
    count.most = Math.max(count.most, count.now);
    add.apply(this, args);
  });
  jest.spyOn(prototype, "removeEventListener").mockImplementation(function (this: EventTarget, ...args) {
    count.now -= 1;
    remove.apply(this, args);
  });
  return count;
}
