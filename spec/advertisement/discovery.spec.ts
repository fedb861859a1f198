import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { AdvertisementError } from "../../lib/errors";
import { LocalServiceAdvertisement } from "../../lib/advertisement/local-service-advertisement";
import { type ServiceProperties } from "../../lib/advertisement/advertisement-record";
import { defaultLogger } from "../../lib/log/logger";
import { typeScriptProgram } from "../support/typescript-child";
import { advertisementFields, all, deadPid, RuntimeFolder } from "./runtime-folder";

const HOUR_AGO = new Date(Date.now() - 3_600_000);
const ANOTHER_USER = 65_534;
/** Only root can give files away. */
const asRoot = process.getuid?.() === 0 ? it : it.skip;

let runtime: RuntimeFolder;

beforeEach(() => (runtime = new RuntimeFolder()));
afterEach(() => runtime.remove());

async function discover(type = "bpod", properties: ServiceProperties = {}) {
  const silent = { ...defaultLogger(), debug: () => undefined, warn: () => undefined };
  const options = { folder: runtime.advertisements, logger: silent };
  return all(LocalServiceAdvertisement.discover(type, properties, options));
}

describe("discovery", () => {
  it("finds what is advertised, with all it tells", async () => {
    const file = runtime.advertise({ uuid: "6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11" });

    expect(await discover()).toEqual([
      {
        serviceName: "Bpod 3",
        serviceType: "bpod",
        address: "ipc:///tmp/foo.ipc",
        pid: process.pid,
        uuid: "6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11",
        properties: { serial: "123", note: null },
        serviceFile: file,
      },
    ]);
  });

  it("finds nothing where there is no folder", async () => {
    expect(await discover()).toEqual([]);
    expect(existsSync(runtime.advertisements)).toBe(false);
  });

  it("finds all services of types that share a folder, each with its own type, and no others", async () => {
    runtime.write("my_type", "a.json", JSON.stringify(advertisementFields({ service_type: "my-type" })));
    runtime.write("my_type", "b.json", JSON.stringify(advertisementFields({ service_type: "my type" })));
    runtime.advertise();

    const found = (await discover("my-type")).map(({ serviceType }) => serviceType);
    expect([...found].sort()).toEqual(["my type", "my-type"]);
  });

  it("finds only services with the properties", async () => {
    runtime.advertise({ service_name: "one", properties: { serial: "1", side: "left" } });
    runtime.advertise({ service_name: "two", properties: { serial: "2", side: "left" } });

    expect(await discover("bpod", { side: "left" })).toHaveLength(2);
    expect(await discover("bpod", { side: "left", serial: "2" })).toMatchObject([{ serviceName: "two" }]);
    expect(await discover("bpod", { side: null })).toEqual([]);
    runtime.advertise({ service_name: "three", properties: { serial: "3" } });
    expect(await discover("bpod", { side: null })).toMatchObject([{ serviceName: "three" }]);
  });

  it("removes what a dead process left, with its lock file, and leaves the rest", async () => {
    const dead = runtime.advertise({ pid: deadPid() });
    const living = runtime.advertise();
    for (const file of [dead, living]) writeFileSync(file.replace(".json", ".lock"), "");

    expect(await discover()).toHaveLength(1);
    expect(runtime.names("bpod")).toEqual(
      [basename(living), basename(living).replace(".json", ".lock")].sort(),
    );
  });

  it("removes what a writer left unfinished long ago, not what is being written", async () => {
    const [old, young] = ["a", "b"].map((digit) => `${digit.repeat(32)}.tmp`);
    runtime.write("bpod", old!, "{", HOUR_AGO);
    runtime.write("bpod", young!, "{");
    runtime.write("bpod", "notes.tmp", "mine", HOUR_AGO);

    await discover();

    expect(runtime.names("bpod")).toEqual([young, "notes.tmp"]);
  });

  it("finds and leaves a living device that confirmed while the clock stood a day back", async () => {
    const file = runtime.advertise({ pid: process.pid }, new Date(Date.now() - 24 * 3_600_000));

    expect(await discover()).toHaveLength(1);
    expect(existsSync(file)).toBe(true);
  });

  it("passes over what is broken or something else, and leaves it", async () => {
    runtime.write("bpod", "empty.json", "");
    runtime.write("bpod", "half.json", '{"service_name":"Bp');
    runtime.write("bpod", "shape.json", JSON.stringify(advertisementFields({ pid: "4242" })));
    runtime.write("bpod", "binary.json", Uint8Array.of(0xff, 0xfe, 0));
    runtime.write("bpod", "huge.json", Buffer.alloc(2_000_000, " "));
    runtime.write("bpod", "readme.txt", "not JSON");
    runtime.write("bpod", "orphan.lock", "");
    mkdirSync(join(runtime.advertisements, "bpod", "folder.json"));
    symlinkSync("/dev/zero", join(runtime.advertisements, "bpod", "endless.json"));
    symlinkSync("nowhere", join(runtime.advertisements, "bpod", "broken.json"));
    execFileSync("mkfifo", [join(runtime.advertisements, "bpod", "pipe.json")]);
    const before = runtime.names("bpod");
    const living = runtime.advertise();

    expect(await discover()).toMatchObject([{ serviceFile: living }]);
    expect(runtime.names("bpod")).toEqual([...before, basename(living)].sort());
  });

  it("finds nothing where a file is in a folder's place", async () => {
    mkdirSync(runtime.advertisements);
    writeFileSync(join(runtime.advertisements, "bpod"), "a file");
    expect(await discover()).toEqual([]);

    runtime.remove();
    writeFileSync(runtime.path, "a file");
    expect(await discover()).toEqual([]);
  });

  it("stays in its folder, whatever the type is called", async () => {
    runtime.write("..", "x.json", JSON.stringify(advertisementFields({ service_type: ".." })));

    expect(await discover("..")).toEqual([]);
    expect(await discover("")).toEqual([]);
  });

  asRoot("tells another user's living service, and leaves a dead one's file alone", async () => {
    const living = runtime.advertise();
    const dead = runtime.advertise({ pid: deadPid() });
    for (const file of [living, dead]) chownSync(file, ANOTHER_USER, ANOTHER_USER);

    expect(await discover()).toMatchObject([{ serviceFile: living }]);
    expect(existsSync(dead)).toBe(true);
  });

  asRoot("trusts no folder that another user has put where anyone may write", async () => {
    runtime.advertise();
    chownSync(runtime.path, ANOTHER_USER, ANOTHER_USER);
    chmodSync(runtime.path, 0o777);

    expect(await discover()).toEqual([]);
    expect(
      () =>
        new LocalServiceAdvertisement(
          { serviceName: "camera", serviceType: "camera", address: "tcp://127.0.0.1:1" },
          { folder: runtime.advertisements },
        ),
    ).toThrow(AdvertisementError);
  });
});

describe("after a crash", () => {
  const advertiser = typeScriptProgram(join(__dirname, "programs/advertiser.ts"));
  const reader = typeScriptProgram(join(__dirname, "programs/reader.ts"));

  it("a killed process's advertisement is cleaned", async () => {
    const child = advertiser.start(["stay"], { XDG_RUNTIME_DIR: runtime.path });
    const file = String(await child.next());
    expect(await discover()).toMatchObject([{ serviceFile: file, pid: child.pid }]);

    child.signal("SIGKILL");
    await child.ended;

    expect(existsSync(file)).toBe(true);
    expect(await discover()).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  it("two processes clean at once and do not collide", async () => {
    const pid = deadPid();
    for (let left = 0; left < 300; left++) {
      const file = runtime.advertise({ pid });
      writeFileSync(file.replace(".json", ".lock"), "");
    }
    const living = runtime.advertise();
    const readers = [1, 2].map(() => reader.start([], { XDG_RUNTIME_DIR: runtime.path }));
    for (const child of readers) expect(await child.next()).toBe("ready");

    for (const child of readers) child.send("look");

    for (const child of readers) {
      expect(await child.next()).toEqual(["Bpod 3"]);
      expect(child.stderr).toBe("");
    }
    expect(runtime.names("bpod")).toEqual([basename(living)]);
  });
});
