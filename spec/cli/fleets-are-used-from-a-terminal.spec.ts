import { join } from "node:path";
import { addToken, clientOf, connect, Gateway } from "rigwire";
import { Fleet } from "../../lib/fleet/fleet";
import { serviceCalled } from "../fleet/fleets";
import { RegistryModule } from "../../lib/di/registry-module";
import { serveCamera } from "../di/camera-apps";
import { openRegistry, silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { commandLine } from "./support/command-line";

const COMPILED_OVEN = `
  const { RpcService, JsonMethod } = require("rigwire");
  class Oven { hello() { return "warm"; } }
  JsonMethod()(Oven.prototype, "hello", Object.getOwnPropertyDescriptor(Oven.prototype, "hello"));
  RpcService({ type: "oven" })(Oven);
  exports.Oven = Oven;
`;

describeWithNats("a fleet", () => {
  const rigwire = commandLine();
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await NatsServer.start();
    rigwire.write("oven.js", COMPILED_OVEN);
  });
  afterAll(() => nats.close());

  it("has the devices that are served for it, and they are listed and called by site and name", async () => {
    const serving = rigwire.start(
      "serve",
      "oven.js",
      "--name",
      "oven-1",
      "--fleet",
      `${nats.url}/berlin`,
      "--json",
    );
    const { url } = JSON.parse(await serving.line()) as { readonly url: string };
    const [list, called, elsewhere] = await Promise.all([
      rigwire.run("devices", "--fleet", nats.url, "--json"),
      rigwire.run("call", "berlin/oven-1", "hello", "--fleet", nats.url),
      rigwire.run("devices", "--fleet", `${nats.url}/paris`),
    ]);
    expect(JSON.parse(list.stdout)).toMatchObject({
      name: "berlin/oven-1",
      type: "oven",
      url,
      site: "berlin",
      alive: true,
    });
    expect(called.stdout).toContain("warm");
    expect(elsewhere.stderr).toContain("no device in site paris of the fleet at 127.0.0.1");
    serving.signal();
    expect((await serving.ended).code).toBe(0);
  }, 60_000);

  it("has a device that is served at the broker itself, until Ctrl-C", async () => {
    const url = `${nats.url}/berlin/oven-2`;
    const args = ["--name", "oven-2", "--url", url, "--fleet", `${nats.url}/berlin`, "--json"];
    const serving = rigwire.start("serve", "oven.js", ...args);
    expect(JSON.parse(await serving.line())).toMatchObject({ event: "serving", url });
    const called = await rigwire.run("call", "berlin/oven-2", "hello", "--fleet", nats.url);
    expect(called.stdout).toContain("warm");
    serving.signal();
    expect((await serving.ended).code).toBe(0);
  }, 60_000);

  it("is shown by a console, with the devices of all sites, as they come and go", async () => {
    const token = addToken(join(rigwire.folder, "tokens"), "desk");
    const fleet = closing(new Fleet(`${nats.url}/berlin`, { logger: silent }));
    await fleet.announce(serviceCalled("cam-1"));
    const args = ["--fleet", nats.url, "--port", "0", "--tokens", "tokens", "--json"];
    const console = rigwire.start("console", ...args);
    const { url } = JSON.parse(await console.line()) as { readonly url: string };
    const gateway = connect(Gateway, `${url.replace("http", "ws")}/gateway`, { token, timeoutMs: 5_000 });
    closing(clientOf(gateway));
    const shown = async () => (await gateway.devices.get()).map(({ name }) => name);
    const shows = (...names: string[]) =>
      eventually(`it shows ${names.join()}`, async () => (await shown()).join() === names.join());
    await shows("berlin/cam-1");

    const other = closing(new Fleet(`${nats.url}/paris`, { logger: silent }));
    await other.announce(serviceCalled("cam-1"));
    await shows("berlin/cam-1", "paris/cam-1");
    await fleet.close();
    await shows("paris/cam-1");
    console.signal();
    expect((await console.ended).code).toBe(0);
  }, 60_000);

  it("gets the devices of a registry by a bridge, until Ctrl-C", async () => {
    const registry = await openRegistry();
    await serveCamera({ name: "cam-1", number: 7 }, RegistryModule.connect(registry.url, { logger: silent }));
    const to = `${nats.url}/rome`;
    const bridge = rigwire.start("bridge", "--registry", registry.url, "--to", to, "--read-only", "--json");
    expect(JSON.parse(await bridge.line())).toMatchObject({
      event: "added",
      name: "rome/cam-1",
      type: "camera",
      from: registry.devices[0]?.url,
    });
    const refused = await rigwire.run("call", "rome/cam-1", "focus", "--fleet", nats.url);
    expect(refused.stderr).toContain("cam-1 can only be read");
    bridge.signal();
    const { code, stdout } = await bridge.ended;
    expect(code).toBe(0);
    expect(stdout).toContain('"event":"removed","name":"rome/cam-1"');
  }, 60_000);

  it("writes nothing to the terminal that its devices made up", async () => {
    const fleet = closing(new Fleet(`${nats.url}/berlin`, { logger: silent }));
    await fleet.announce(serviceCalled("cam\u202e-1"));
    const list = await rigwire.run("devices", "--fleet", nats.url);
    expect(list.stdout).toContain("berlin/cam\\u202e-1");
  }, 60_000);

  it("that is away is told as such", async () => {
    const { code, stderr } = await rigwire.run("devices", "--fleet", "nats://127.0.0.1:1");
    expect(code).not.toBe(0);
    expect(stderr).toContain("the fleet at nats://127.0.0.1:1 cannot be reached");
  }, 60_000);
});
