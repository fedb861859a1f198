import { RegisteredDevices, type Registered } from "../../lib/registry/registered-devices";

describe("the devices of a registry", () => {
  let now = 0;
  let devices: RegisteredDevices;
  let port = 0;

  beforeEach(() => {
    now = 1_000;
    devices = new RegisteredDevices(100, () => now);
  });

  function register(wanted: Partial<Parameters<RegisteredDevices["register"]>[0]> = {}): Registered {
    const url = `tcp://10.0.0.1:${++port}`;
    return devices.register({ type: "camera", url, name: "cam", overwrite: false, ...wanted });
  }

  function accept(
    wanted: Partial<Parameters<RegisteredDevices["register"]>[0]> = {},
  ): Extract<Registered, { accepted: true }> {
    const registered = register(wanted);
    if (!registered.accepted) throw new Error(registered.reason);
    return registered;
  }

  const names = () => devices.find({}).map(({ name }) => name);

  describe("names", () => {
    it("are kept where they are free", () => {
      expect(accept({ name: "cam" }).name).toBe("cam");
    });

    it("get the first free number where they are taken", () => {
      accept();
      expect([accept().name, accept().name, accept().name]).toEqual(["cam-1", "cam-2", "cam-3"]);
    });

    it("get the number that somebody left", () => {
      accept();
      const first = accept();
      accept();
      devices.unregister(first.uuid);

      expect([accept().name, accept().name]).toEqual(["cam-1", "cam-3"]);
    });

    it("skip a number that another device has by its own choice", () => {
      accept({ name: "cam-1" });
      accept();
      expect(accept().name).toBe("cam-2");
    });

    it("are numbered again where a numbered name is taken", () => {
      accept({ name: "cam-1" });
      expect(accept({ name: "cam-1" }).name).toBe("cam-1-1");
    });

    it("are made from the type where none is given, from 0", () => {
      expect([accept({ name: "" }).name, accept({ name: "" }).name]).toEqual(["camera-0", "camera-1"]);
    });

    it("may be those of an object's own members", () => {
      expect(accept({ name: "__proto__" }).name).toBe("__proto__");
      expect(accept({ name: "constructor", type: "toString" }).name).toBe("constructor");
      expect(devices.find({ name: "__proto__" })).toHaveLength(1);
      expect(devices.find({ name: "hasOwnProperty" })).toEqual([]);
    });
  });

  it("lets a device take a name with overwrite, and tells removed, then added", () => {
    const old = accept({ url: "tcp://10.0.0.2:1" });
    const { name, changes } = accept({ url: "tcp://10.0.0.3:1", type: "arm", overwrite: true });

    expect(name).toBe("cam");
    expect(changes).toEqual([
      { kind: "removed", device: { name: "cam", type: "camera", url: "tcp://10.0.0.2:1" } },
      { kind: "added", device: { name: "cam", type: "arm", url: "tcp://10.0.0.3:1" } },
    ]);
    expect(devices.checkIn(old.uuid, 1_000)).toBe(false);
  });

  it("removes the device at the same address when it comes under another name", () => {
    accept({ url: "tcp://10.0.0.2:1", name: "old" });
    const { changes } = accept({ url: "tcp://10.0.0.2:1", name: "new" });

    expect(changes.map(({ kind, device }) => `${kind} ${device.name}`)).toEqual(["removed old", "added new"]);
    expect(names()).toEqual(["new"]);
  });

  it("gives a device that restarted at its address its name again", () => {
    accept({ url: "tcp://10.0.0.2:1" });
    expect(accept({ url: "tcp://10.0.0.2:1" }).name).toBe("cam");
    expect(devices.size).toBe(1);
  });

  it("removes both where one registration replaces two", () => {
    accept({ url: "tcp://10.0.0.2:1", name: "a" });
    accept({ url: "tcp://10.0.0.3:1", name: "b" });
    const { changes } = accept({ url: "tcp://10.0.0.2:1", name: "b", overwrite: true });

    expect(changes.map(({ kind, device }) => `${kind} ${device.name}`)).toEqual([
      "removed a",
      "removed b",
      "added b",
    ]);
  });

  it("gives every registration a uuid of its own that nobody can guess", () => {
    const uuids = [accept().uuid, accept().uuid];
    expect(uuids[0]).not.toBe(uuids[1]);
    for (const uuid of uuids) expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  });

  it("refuses what is beyond its bound, but replaces", () => {
    devices = new RegisteredDevices(1, () => now);
    accept({ url: "tcp://10.0.0.2:1" });

    expect(register()).toEqual({ accepted: false, reason: "the registry is full: it takes 1 devices" });
    expect(accept({ url: "tcp://10.0.0.2:1", name: "again" }).name).toBe("again");
    expect(accept({ name: "again", overwrite: true }).name).toBe("again");
  });

  describe("pruning", () => {
    it("removes a device 20 s after it registered, and the second that the original gives", () => {
      accept();
      now += 20_999;
      expect(devices.prune()).toEqual([]);
      now += 1;
      expect(devices.prune()).toMatchObject([{ kind: "removed", device: { name: "cam" } }]);
      expect(devices.size).toBe(0);
    });

    it.each([60_000, 1_000])("counts anew from each check-in, here with %i ms", (aliveTimeoutMs) => {
      const { uuid } = accept();
      now += 10_000;
      expect(devices.checkIn(uuid, aliveTimeoutMs)).toBe(true);
      now += aliveTimeoutMs + 999;
      expect(devices.prune()).toEqual([]);
      now += 1;
      expect(devices.prune()).toHaveLength(1);
    });

    it("keeps a device that checks in just when its timeout is over", () => {
      const { uuid } = accept();
      for (let check = 0; check < 7; check++) {
        expect(devices.checkIn(uuid, 2_000)).toBe(true);
        now += 2_000;
        expect(devices.prune()).toEqual([]);
      }
    });

    it("tells when there may be something to do next", () => {
      expect(devices.nextPruneAt).toBeUndefined();
      const { uuid } = accept();
      expect(devices.nextPruneAt).toBe(22_000);
      devices.checkIn(uuid, 5_000);
      expect(devices.nextPruneAt).toBe(7_000);
      devices.unregister(uuid);
      expect(devices.nextPruneAt).toBeUndefined();
    });

    it("keeps its order small however often devices check in ever shorter", () => {
      const { uuid } = accept();
      for (let timeout = 19_999; timeout > 1; timeout--) devices.checkIn(uuid, timeout);
      const { size } = Reflect.get(devices, "order") as { size: number };
      expect(size).toBeLessThan(2_000);
      now += 1_002;
      expect(devices.prune()).toHaveLength(1);
    });

    it("frees names, addresses and types", () => {
      accept({ url: "tcp://10.0.0.2:1" });
      now += 21_000;
      devices.prune();

      expect(devices.find({ name: "cam" })).toEqual([]);
      expect(devices.find({ type: "camera" })).toEqual([]);
      expect(accept({ url: "tcp://10.0.0.2:1" }).changes).toHaveLength(1);
    });
  });

  describe("lookups", () => {
    beforeEach(() => {
      accept({ name: "cam", type: "camera" });
      accept({ name: "top", type: "camera" });
      accept({ name: "arm", type: "arm" });
    });

    it.each([
      [{}, ["cam", "top", "arm"]],
      [{ name: "top" }, ["top"]],
      [{ type: "camera" }, ["cam", "top"]],
      [{ name: "arm", type: "camera" }, []],
      [{ name: "arm", type: "arm" }, ["arm"]],
      [{ name: "nobody" }, []],
      [{ type: "valve" }, []],
    ])("by %j", (query, expected) => {
      expect(devices.find(query).map(({ name }) => name)).toEqual(expected);
    });
  });
});
