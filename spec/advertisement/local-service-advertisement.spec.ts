import { existsSync, mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { AdvertisementError } from "../../lib/errors";
import { LocalServiceAdvertisement } from "../../lib/advertisement/local-service-advertisement";
import { ValidationError } from "../../lib/errors";
import { eventually } from "../support/eventually";
import { all, RuntimeFolder } from "./runtime-folder";

const CAMERA = {
  serviceName: "Top camera",
  serviceType: "camera/top",
  address: "tcp://127.0.0.1:10342",
  properties: { serial: "77", note: null },
};

let runtime: RuntimeFolder;
let opened: LocalServiceAdvertisement[];

beforeEach(() => {
  runtime = new RuntimeFolder();
  opened = [];
});

afterEach(() => {
  for (const advertisement of opened) advertisement[Symbol.dispose]();
  runtime.remove();
});

function advertise(
  service: ConstructorParameters<typeof LocalServiceAdvertisement>[0] = CAMERA,
  confirmMs = 60_000,
): LocalServiceAdvertisement {
  const advertisement = new LocalServiceAdvertisement(service, { folder: runtime.advertisements, confirmMs });
  opened.push(advertisement);
  return advertisement;
}

describe("an advertisement", () => {
  it("is a file in its type's folder, named by its uuid", () => {
    const { serviceFile, uuid } = advertise();

    expect(serviceFile).toBe(join(runtime.advertisements, "camera_top", `${uuid.replaceAll("-", "")}.json`));
    expect(JSON.parse(readFileSync(serviceFile, "utf8"))).toEqual({
      service_name: "Top camera",
      service_type: "camera/top",
      address: "tcp://127.0.0.1:10342",
      pid: process.pid,
      uuid,
      properties: { serial: "77", note: null },
    });
  });

  it("has the process and the uuid that it is given", async () => {
    const uuid = "6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11";
    const options = { folder: runtime.advertisements, pid: process.ppid, uuid };
    const advertisement = new LocalServiceAdvertisement(CAMERA, options);
    opened.push(advertisement);

    expect(basename(advertisement.serviceFile)).toBe(`${uuid.replaceAll("-", "")}.json`);
    expect(await all(LocalServiceAdvertisement.discover("camera/top", {}, options))).toMatchObject([
      { pid: process.ppid, uuid },
    ]);
    expect(() => new LocalServiceAdvertisement(CAMERA, { ...options, pid: 0 })).toThrow(ValidationError);
    expect(() => new LocalServiceAdvertisement(CAMERA, { ...options, uuid: "1" })).toThrow(ValidationError);
  });

  it("goes when nothing refers to it any more", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const { serviceFile } = new LocalServiceAdvertisement(CAMERA, { folder: runtime.advertisements });
    const kept = advertise();
    await eventually("its file is gone", () => {
      collectGarbage();
      return !existsSync(serviceFile);
    });

    expect(existsSync(kept.serviceFile)).toBe(true);
  });

  it("leaves no unfinished file beside it", () => {
    const { serviceFile } = advertise();

    expect(runtime.names("camera_top")).toEqual([basename(serviceFile)]);
  });

  it("is where the environment says, unless told otherwise", () => {
    const before = process.env.XDG_RUNTIME_DIR;
    process.env.XDG_RUNTIME_DIR = runtime.path;
    try {
      const advertisement = new LocalServiceAdvertisement(CAMERA);
      opened.push(advertisement);
      expect(advertisement.serviceFile.startsWith(runtime.advertisements)).toBe(true);
    } finally {
      if (before === undefined) delete process.env.XDG_RUNTIME_DIR;
      else process.env.XDG_RUNTIME_DIR = before;
    }
  });

  it("is for its user's eyes only, also where the folders were open to others", () => {
    const folder = join(runtime.advertisements, "camera_top");
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    const { serviceFile } = advertise();

    expect(statSync(serviceFile).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(runtime.advertisements).mode & 0o777).toBe(0o700);
  });

  it("goes at close with its lock file and the empty folders, and closing again changes nothing", async () => {
    const advertisement = advertise();
    writeFileSync(advertisement.serviceFile.replace(".json", ".lock"), "");

    await advertisement.close();
    expect(existsSync(runtime.advertisements)).toBe(false);
    expect(existsSync(runtime.path)).toBe(true);

    await expect(advertisement.close()).resolves.toBeUndefined();
  });

  it("leaves a folder that is still used", async () => {
    const [first, second] = [advertise(), advertise()];

    await first.close();

    expect(runtime.names("camera_top")).toEqual([basename(second.serviceFile)]);
  });

  it("goes at the end of its block", async () => {
    {
      using camera = advertise();
      expect(existsSync(camera.serviceFile)).toBe(true);
    }
    expect(
      await all(LocalServiceAdvertisement.discover("camera/top", {}, { folder: runtime.advertisements })),
    ).toEqual([]);
  });

  it("comes back when something else removed it", async () => {
    const { serviceFile } = advertise(CAMERA, 10);
    rmSync(runtime.advertisements, { recursive: true });

    await eventually("the file is back", () => existsSync(serviceFile));
    expect(statSync(serviceFile).mode & 0o777).toBe(0o600);
  });

  it("is kept young, so that nobody takes it for abandoned", async () => {
    const { serviceFile } = advertise(CAMERA, 10);
    utimesSync(serviceFile, 0, 0);

    await eventually("the file is young", () => Date.now() - statSync(serviceFile).mtimeMs < 60_000);
  });

  it("stays gone after close", async () => {
    const advertisement = advertise(CAMERA, 1);
    await advertisement.close();
    const another = advertise({ ...CAMERA, serviceType: "other" }, 1);
    utimesSync(another.serviceFile, 0, 0);

    await eventually("the other was confirmed", () => statSync(another.serviceFile).mtimeMs > 0);
    expect(existsSync(advertisement.serviceFile)).toBe(false);
  });

  it.each([
    ["an empty name", { serviceName: "" }],
    ["an empty type", { serviceType: "" }],
    ["an empty address", { address: "" }],
    ["more than others read", { properties: { note: "x".repeat(70_000) } }],
  ])("is refused with %s", (_case, changes) => {
    expect(() => advertise({ ...CAMERA, ...changes })).toThrow(ValidationError);
    expect(existsSync(runtime.advertisements)).toBe(false);
  });

  it("fails where its folder cannot be, naming the service, the folder and the reason", () => {
    writeFileSync(runtime.advertisements, "a file");

    expect(() => advertise()).toThrow(AdvertisementError);
    expect(() => advertise()).toThrow(/Top camera cannot be advertised in .*LocalServiceAdvertisements: E/);
  });

  it("fails with a type whose name no folder can have", () => {
    expect(() => advertise({ ...CAMERA, serviceType: "x".repeat(300) })).toThrow(/ENAMETOOLONG/);
    expect(existsSync(dirname(runtime.advertisements))).toBe(true);
  });
});
