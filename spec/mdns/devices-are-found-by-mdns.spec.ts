import { firstValueFrom, filter } from "rxjs";
import { DEVICE_REGISTRY, JsonMethod, MdnsModule, RegistryModule, RigApp, RpcService } from "rigwire";
import { DEVICE_DIRECTORY, type RigAppOptions } from "../../lib/di/rig-app";
import { type MdnsModuleOptions } from "../../lib/di/mdns-module";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { groupPort } from "./group-port";
import { RecordingLogger } from "../support/recording-logger";

@RpcService({ type: "camera" })
class Camera {
  @JsonMethod()
  shoot(): string {
    return "shot";
  }
}

/** Apps of one test hear each other and no other program. */
function group() {
  const port = groupPort();
  const logger = new RecordingLogger();
  return {
    logger,
    app(options: MdnsModuleOptions = {}, appOptions: RigAppOptions = {}) {
      const module = MdnsModule.local({ interfaces: ["lo"], port, logger, ...options });
      return closing(new RigApp({ logger, ...appOptions }).use(module));
    },
  };
}

it("a device is found by its name and called, without any address", async () => {
  const { app } = group();
  await app().serve(Camera, { name: "cam-1" }).start();
  const user = await app().start();
  expect(await user.client(Camera, "cam-1").shoot()).toBe("shot");
});

it("a device is found by its type, and listed with name, type and address", async () => {
  const { app } = group();
  const owner = await app().serve(Camera, { name: "cam-1" }).start();
  const directory = (await app().start()).resolve(DEVICE_DIRECTORY);
  const url = owner.servers[0]?.url;
  await eventually("the camera is listed", async () => (await directory.find({ type: "camera" })).length > 0);
  expect(await directory.find({})).toEqual([{ name: "cam-1", type: "camera", url }]);
});

it("a device that says goodbye is gone at once", async () => {
  const { app } = group();
  const owner = await app().serve(Camera, { name: "cam-1" }).start();
  const directory = (await app().start()).resolve(DEVICE_DIRECTORY);
  await eventually("the camera is there", async () => (await directory.find({ name: "cam-1" })).length === 1);
  const gone = firstValueFrom(directory.changes$.pipe(filter(({ kind }) => kind === "removed")));
  await owner.close();
  expect((await gone).device.name).toBe("cam-1");
});

it("a device whose name another has gets the next one, and the log tells", async () => {
  const { app, logger } = group();
  await app().serve(Camera, { name: "cam-1" }).start();
  const user = await app().start();
  await user.client(Camera, "cam-1").shoot();
  const second = await app().serve(Camera, { name: "cam-1" }).start();
  await eventually("it has another name", () => second.servers[0]?.name === "cam-1-1");
  expect(logger.lines).toContain("warn: another device is announced as cam-1 by mDNS: this one is cam-1-1");
  expect(await user.client(Camera, "cam-1-1").shoot()).toBe("shot");
});

it("a device that gets another name by mDNS has it in its registry too", async () => {
  const { app, logger } = group();
  const main = closing(new RigApp({ logger }).use(RegistryModule.host({ url: "tcp://127.0.0.1", logger })));
  await main.start();
  const registry = main.resolve(DEVICE_REGISTRY);
  await app().serve(Camera, { name: "cam-1" }).start();
  const user = await app().start();
  await user.client(Camera, "cam-1").shoot();
  const second = app().use(RegistryModule.connect(registry.url, { logger }));
  await second.serve(Camera, { name: "cam-1" }).start();
  await eventually("it has another name", () => second.servers[0]?.name === "cam-1-1");
  await eventually("it is registered by that", () => registry.devices[0]?.name === "cam-1-1");
  expect(registry.devices).toHaveLength(1);
});

it("where no registry is announced, the address that was given is used, and the log tells", async () => {
  const logger = new RecordingLogger();
  const options = { interfaces: ["lo"], port: groupPort(), logger, searchMs: 100 };
  const main = closing(new RigApp({ logger }).use(RegistryModule.host({ url: "tcp://127.0.0.1", logger })));
  await main.start();
  const { url } = main.resolve(DEVICE_REGISTRY);
  const device = closing(new RigApp({ logger }).use(RegistryModule.discover({ ...options, else: url })));
  await device.serve(Camera, { name: "cam-1" }).start();
  await eventually("it is registered", () => main.resolve(DEVICE_REGISTRY).devices.length === 1);
  expect(logger.lines).toContain(`info: no registry is announced by mDNS: the registry at ${url} is used`);
});
