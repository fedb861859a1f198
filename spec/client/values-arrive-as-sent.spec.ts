import { toArray, firstValueFrom, take } from "rxjs";
import {
  clientOf,
  connect,
  ContractError,
  EncodingError,
  RemoteError,
  RpcProperty,
  RpcService,
  serve,
  ValidationError,
} from "rigwire";
import { eventually } from "../support/eventually";
import { closing } from "../support/closing";
import { LabDevice, openLab } from "./lab-device";

/** Never tells its mode. */
class StuckDevice extends LabDevice {
  reads = 0;

  constructor() {
    super();
    Object.defineProperty(this, "mode", {
      configurable: true,
      get: async () => {
        this.reads += 1;
        await new Promise(() => undefined);
      },
    });
  }
}

describe("the arguments of a call", () => {
  it("may be left out at the end", async () => {
    const { remote } = await openLab();

    expect(await remote.add(1)).toBe(111);
    expect(await remote.add(1, 2)).toBe(103);
    expect(await remote.add(1, undefined, undefined)).toBe(111);
  });

  it("may be undefined in between, which gives the default", async () => {
    const { remote } = await openLab();

    expect(await remote.add(1, undefined, 3)).toBe(14);
  });

  it("may be any value that travels", async () => {
    const { remote } = await openLab();
    const value = { nan: [NaN, -Infinity], big: 2n ** 70n, text: "é 🌿 NaN", none: null, list: [[]] };

    expect(await remote.echo(value)).toEqual(value);
    expect(await remote.echo(null)).toBeNull();
    expect(await remote.echo("")).toBe("");
  });

  it("that do not fit are the caller's error, with device and member", async () => {
    const { remote } = await openLab({ name: "lab-1" });
    await remote.nothing();
    const error: unknown = await remote.add("abc" as unknown as number).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toMatchObject({
      message: 'lab-1.add: a: expected number, got "abc"',
      device: "lab-1",
      member: "add",
    });
  });

  it("that cannot travel are told before anything is sent", async () => {
    const { remote, device } = await openLab({}, { name: "lab-1" });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;

    const callback = (() => 1) as unknown as number;

    await expect(remote.echo(cycle)).rejects.toThrow(EncodingError);
    await expect(remote.echo(cycle)).rejects.toThrow(
      "lab-1.echo: a value that contains itself cannot be sent",
    );
    await expect(remote.echo(callback)).rejects.toThrow(
      "lab-1.echo: value is a function, which cannot be sent",
    );
    await expect(remote.echo(Symbol("s"))).rejects.toThrow("lab-1.echo: value is a symbol");
    await expect(remote.add(1, callback)).rejects.toThrow("lab-1.add: b is a function");
    await expect(remote.gain.set(callback)).rejects.toThrow("lab-1.gain: the value is a function");
    expect(device.calls).toBe(0);
  });

  it("that are undefined where a property is set count as null", async () => {
    const { remote } = await openLab();

    await expect(remote.gain.set(undefined as unknown as number)).rejects.toThrow(
      "gain: expected number, got null",
    );
  });
});

describe("a result", () => {
  it("of nothing is null", async () => {
    const { remote } = await openLab();

    await expect(remote.nothing()).resolves.toBeNull();
  });

  it("of bytes is a Buffer, empty or large", async () => {
    const { remote } = await openLab();

    for (const size of [0, 1, 10_000_000]) {
      const [bytes, info] = await remote.getImage(size);
      expect(Buffer.isBuffer(bytes)).toBe(true);
      expect([bytes.length, info.size]).toEqual([size, size]);
    }
  });

  it("belongs to its call, however many are under way", async () => {
    const { remote } = await openLab();
    const numbers = Array.from({ length: 500 }, (_, index) => index);

    expect(await Promise.all(numbers.map((number) => remote.echo(number)))).toEqual(numbers);
  });
});

describe("a failure of the device", () => {
  it("is a RemoteError with its message, traceback, device and member", async () => {
    const { remote } = await openLab({ name: "lab-1" });
    await remote.nothing();
    const error: unknown = await remote.fail().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(RemoteError);
    expect(error).toMatchObject({
      name: "RemoteError",
      message: "lab-1.fail: shutter stuck",
      remoteMessage: "shutter stuck",
      traceback: expect.stringContaining("TypeError: shutter stuck\n    at LabDevice.fail"),
      device: "lab-1",
      member: "fail",
    });
  });

  it("has the device's address where it has no name", async () => {
    const { remote, url } = await openLab();
    await remote.nothing();

    await expect(remote.fail()).rejects.toThrow(`${url}.fail: shutter stuck`);
  });

  it("names the device also where it is the first thing that is heard of it", async () => {
    const { remote } = await openLab({ name: "lab-1" });

    await expect(remote.fail()).rejects.toThrow("lab-1.fail: shutter stuck");
  });
});

describe("a property", () => {
  it("that is set to what does not fit fails with the validator's words, and keeps its value", async () => {
    const { remote } = await openLab({ name: "lab-1" });
    await remote.nothing();

    await expect(remote.mode.set("OFF")).rejects.toThrow(
      "lab-1.mode: mode must be one of the following values: STILL, VIDEO",
    );
    await expect(remote.gain.set("abc" as unknown as number)).rejects.toThrow(ValidationError);
    expect([await remote.mode.get(), await remote.gain.get()]).toEqual(["STILL", 1]);
  });

  it("that is read-only fails with its reason", async () => {
    const { remote } = await openLab();
    const untyped = remote as unknown as { serialNumber: { set(value: string): Promise<void> } };

    await expect(untyped.serialNumber.set("B2")).rejects.toThrow("serial_number is read-only");
  });

  it("gives its value now and every new one as changes", async () => {
    const { remote, device } = await openLab();
    const changes = firstValueFrom(remote.mode.changes$.pipe(take(3), toArray()));
    await remote.mode.get();
    device.mode = "VIDEO";
    await remote.mode.set("VIDEO");
    await remote.mode.set("STILL");

    expect(await changes).toEqual(["STILL", "VIDEO", "STILL"]);
  });

  it("gives each subscriber of its changes the value now", async () => {
    const { remote } = await openLab();
    const seen: string[] = [];
    remote.mode.changes$.subscribe((mode) => seen.push(`first ${mode}`));
    await eventually("the first has it", () => seen.length === 1);
    remote.mode.changes$.subscribe((mode) => seen.push(`second ${mode}`));
    await eventually("the second has it", () => seen.length === 2);

    expect(seen).toEqual(["first STILL", "second STILL"]);
  });

  it("gives its value again after a reconnect, also where the one before broke while it was read", async () => {
    const { remote, server, url, serveAgain } = await openLab();
    const seen: string[] = [];
    remote.mode.changes$.subscribe((mode) => seen.push(mode));
    await eventually("the value is there", () => seen.length === 1);
    await server.close();
    const stuck = new StuckDevice();
    const second = closing(await serve(stuck, { url }));
    await eventually("it is read on the second connection", () => stuck.reads > 0);
    await second.close();
    const third = await serveAgain();
    third.mode = "VIDEO";
    await eventually("the value is read on the third connection", () => seen.length === 2);

    expect(seen).toEqual(["STILL", "VIDEO"]);
  });

  it("without a notify signal says that it tells no changes", async () => {
    const { remote } = await openLab({}, { name: "lab-1" });

    await expect(firstValueFrom(remote.gain.changes$)).rejects.toThrow(
      new ContractError("lab-1.gain tells no changes: it has no notify signal"),
    );
  });
});

describe("a signal", () => {
  it("of a call that was made after the subscription is heard", async () => {
    const { remote } = await openLab();
    for (const mode of ["VIDEO", "STILL", "VIDEO", "STILL"]) {
      const heard = firstValueFrom(remote.modeChanged);
      await remote.mode.set(mode);
      expect(await heard).toBe(mode);
    }
  });

  it("is shared by its subscribers, and not heard by who left", async () => {
    const { remote, device } = await openLab();
    const heard: string[] = [];
    const first = remote.modeChanged.subscribe((mode) => heard.push(`first ${mode}`));
    remote.modeChanged.subscribe((mode) => heard.push(`second ${mode}`));
    await remote.mode.set("VIDEO");
    await eventually("both heard it", () => heard.length === 2);
    first.unsubscribe();
    device.mode = "STILL";
    await eventually("the second heard it", () => heard.length === 3);

    expect(heard).toEqual(["first VIDEO", "second VIDEO", "second STILL"]);
  });

  it("arrives in order, none missed, however many", async () => {
    const { remote, device, logger } = await openLab();
    const heard = firstValueFrom(remote.moved.pipe(take(2_000), toArray()));
    await remote.nothing();
    for (let step = 0; step < 2_000; step++) device.moved.next([step, [0, 0]]);

    expect((await heard).map(([step]) => step)).toEqual(Array.from({ length: 2_000 }, (_, step) => step));
    expect(logger.lines).toEqual([]);
  });
});

describe("a property's value", () => {
  class Position {
    x = 0;

    get isHome(): boolean {
      return this.x === 0;
    }
  }

  @RpcService({ type: "typed" })
  class TypedDevice {
    @RpcProperty() startedAt: Date = new Date(0);
    @RpcProperty() position: Position = new Position();
    @RpcProperty() operator: string | null = null;
    @RpcProperty() gain: number = 1;
  }

  async function openTyped(device = new TypedDevice()) {
    const { url } = closing(await serve(device));
    const remote = connect(TypedDevice, url, { name: "typed-1" });
    closing(clientOf(remote));
    return { device, remote };
  }

  it("has the type that is declared for it", async () => {
    const { remote } = await openTyped();

    expect(await remote.startedAt.get()).toEqual(new Date(0));
    expect(await remote.position.get()).toBeInstanceOf(Position);
    expect((await remote.position.get()).isHome).toBe(true);
    expect(await remote.operator.get()).toBeNull();
  });

  it("that does not fit its declaration is told, with device and member", async () => {
    const { device, remote } = await openTyped();
    device.gain = "high" as unknown as number;

    await expect(remote.gain.get()).rejects.toThrow('typed-1.gain: its value: expected number, got "high"');
  });
});
