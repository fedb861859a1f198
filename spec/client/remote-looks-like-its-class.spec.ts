import { inspect } from "node:util";
import { firstValueFrom, isObservable } from "rxjs";
import { clientOf, connect, ContractError, serve, VERSION, type Remote } from "rigwire";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";
import { LabDevice, openLab } from "./lab-device";

const TRANSPORTS = ["tcp://127.0.0.1", "ipc:///tmp/rigwire-spec-RANDOM", "inproc://rigwire-spec-RANDOM"];

describe.each(TRANSPORTS)("a remote over %s", (pattern) => {
  it("calls methods, reads and sets properties, hears signals, gets bytes", async () => {
    const url = pattern.replace("RANDOM", Math.random().toString(36).slice(2));
    const { remote, device } = await openLab({ url });
    const heard: unknown[] = [];
    remote.modeChanged.subscribe((mode) => heard.push(mode));
    remote.moved.subscribe((moved) => heard.push(moved));
    const stopped = firstValueFrom(remote.stopped);

    expect(await remote.add(1, 2, 3)).toBe(6);
    expect(await remote.mode.get()).toBe("STILL");
    await remote.mode.set("VIDEO");
    expect(device.mode).toBe("VIDEO");
    device.moved.next([1, [2.5, 3]]);
    device.stopped.next();
    await expect(stopped).resolves.toBeUndefined();
    expect(heard).toEqual(["VIDEO", [1, [2.5, 3]]]);
    const [bytes, info] = await remote.getImage(5);
    expect(bytes.equals(Buffer.alloc(5, 7))).toBe(true);
    expect(info).toEqual({ size: 5 });
  });
});

describe("connect() with a contract", () => {
  it("gives the remote at once and connects at the first use", async () => {
    let asked = 0;
    const { url } = await openLab();
    const remote = connect(LabDevice, () => {
      asked += 1;
      return Promise.resolve(url);
    });
    closing(clientOf(remote));
    expect(asked).toBe(0);

    expect(await remote.add(1)).toBe(111);
    expect(await remote.add(2)).toBe(112);
    expect(asked).toBe(1);
  });

  it("connects also when a signal is the first use", async () => {
    const { remote, device } = await openLab();
    const mode = firstValueFrom(remote.modeChanged);
    await remote.nothing();
    device.mode = "VIDEO";

    expect(await mode).toBe("VIDEO");
  });

  it("tells its state", async () => {
    const { remote, url } = await openLab({ name: "lab-1" });
    const client = clientOf(remote);
    const states: string[] = [];
    client.state$.subscribe(({ kind }) => states.push(kind));
    await remote.nothing();
    const state = await firstValueFrom(client.state$);
    await client.close();

    expect(states).toEqual(["idle", "connecting", "connected", "closed"]);
    expect(state).toMatchObject({ kind: "connected", url, inventory: { name: "lab-1" } });
  });
});

describe("connect() without a contract", () => {
  it("learns from the inventory what is what, under the members' own names", async () => {
    const { url, device } = await openLab();
    const remote: Remote<LabDevice> = await connect<LabDevice>(url, { logger: new RecordingLogger() });
    closing(clientOf(remote));
    const moved = firstValueFrom(remote.moved);

    expect(await remote.add(1, 2, 3)).toBe(6);
    await remote.mode.set("VIDEO");
    expect(await remote.mode.get()).toBe("VIDEO");
    device.moved.next([1, [2, 3]]);
    expect(await moved).toEqual([1, [2, 3]]);
    expect((await remote.getImage())[0]).toHaveLength(3);
    expect(await firstValueFrom(remote.mode.changes$)).toBe("VIDEO");
    expect(await remote.add(1, undefined, 5)).toBe(16);
  });

  it("fails in time where nobody is", async () => {
    await expect(connect<LabDevice>("tcp://127.0.0.1:1", { timeoutMs: 50 })).rejects.toThrow(
      /was not sent: the device was not reachable within 50 ms \(tcp:\/\/127\.0\.0\.1:1: connection refused\)/,
    );
  });

  it("fails at once for what is no address", async () => {
    await expect(connect<LabDevice>("camera")).rejects.toThrow('"camera" is no address');
  });
});

describe("a remote as an object", () => {
  it("can be awaited and returned from async functions, which does not use it", async () => {
    const { remote } = await openLab();
    const same = await (async () => Promise.resolve(remote))();

    expect(same).toBe(remote);
    expect("then" in remote).toBe(false);
  });

  it("prints as what it is, also before it is connected", async () => {
    const { remote, url } = await openLab();

    expect(inspect(remote)).toBe("Remote<LabDevice> device");
    await remote.nothing();
    expect(inspect(remote)).toBe(`Remote<LabDevice> ${url}`);
    expect(inspect({ camera: remote })).toBe(`{ camera: Remote<LabDevice> ${url} }`);
  });

  it("prints under the name that it was given, or that the device has", async () => {
    const named = await openLab({ name: "lab-1" });
    const renamed = await openLab({ name: "lab-1" }, { name: "left" });
    await named.remote.nothing();
    await renamed.remote.nothing();

    expect(inspect(named.remote)).toBe("Remote<LabDevice> lab-1");
    expect(inspect(renamed.remote)).toBe("Remote<LabDevice> left");
  });

  it("lists its members", async () => {
    const { remote } = await openLab();

    expect(Object.keys(remote)).toEqual(
      expect.arrayContaining(["modeChanged", "mode", "gain", "serialNumber", "add", "getImage"]),
    );
    expect("mode" in remote).toBe(true);
    expect("arrive" in remote).toBe(false);
    expect(isObservable(remote.modeChanged)).toBe(true);
    expect(Object.prototype.toString.call(remote)).toBe("[object Object]");
  });

  it("gives the same member each time", async () => {
    const { remote } = await openLab();

    expect(remote.mode).toBe(remote.mode);
    expect(remote.modeChanged).toBe(remote.modeChanged);
    const { add } = remote;
    expect(await add(1)).toBe(111);
  });

  it("tells an unknown member at once, with those that are known", async () => {
    const { remote } = await openLab({}, { name: "lab-1" });
    const untyped = remote as unknown as Record<string, () => Promise<void>>;

    expect(() => untyped.getImagee).toThrow(ContractError);
    expect(() => untyped.getImagee).toThrow(
      /^lab-1 has no member "getImagee": LabDevice has .*mode, gain, serialNumber, .*getImage/,
    );
  });

  it.each([
    ["mode", "lab-1.mode cannot be assigned: use await remote.mode.set(value)"],
    ["serialNumber", "lab-1.serialNumber cannot be assigned: it is read-only"],
    ["add", "lab-1.add cannot be assigned: it is a method"],
    ["modeChanged", "lab-1.modeChanged cannot be assigned: it is a signal"],
    ["other", 'lab-1 has no member "other": LabDevice has'],
  ])("explains why %s cannot be assigned", async (member, message) => {
    const { remote } = await openLab({}, { name: "lab-1" });

    expect(() => Object.assign(remote, { [member]: 5 })).toThrow(message);
  });

  it("loses no member", async () => {
    const { remote } = await openLab();

    expect(() => Reflect.deleteProperty(remote, "mode")).not.toThrow();
    expect(Reflect.defineProperty(remote, "mode", { value: 5 })).toBe(false);
    expect(await remote.mode.get()).toBe("STILL");
  });
});

describe("clientOf()", () => {
  it("gives the plumbing, with the inventory", async () => {
    const { remote } = await openLab({ name: "lab-1" });
    const inventory = await clientOf(remote).inventory();

    expect(inventory.name).toBe("lab-1");
    expect(inventory.jsonMethods.get("move_to")).toBe(100);
    expect(inventory.jsonMethods.get("home")).toBeNull();
    expect(inventory.rigwire).toMatchObject({ type: "lab", version: VERSION });
    expect(inventory.rigwire?.members.get("get_image")).toMatchObject({ member: "getImage" });
  });

  it("knows remotes only", () => {
    expect(() => clientOf({})).toThrow("this object is no remote");
  });
});

it("many remotes of one device are told of each other's sets", async () => {
  const device = new LabDevice();
  const { url } = closing(await serve(device));
  const [one, other] = [connect(LabDevice, url), connect(LabDevice, url)];
  for (const remote of [one, other]) closing(clientOf(remote));
  const heard = firstValueFrom(one.modeChanged);
  await one.nothing();
  await other.mode.set("VIDEO");

  expect(await heard).toBe("VIDEO");
});
