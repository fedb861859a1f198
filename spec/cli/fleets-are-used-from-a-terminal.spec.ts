import { Fleet } from "../../lib/fleet/fleet";
import { serviceCalled } from "../fleet/fleets";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { describeWithNats, NatsServer } from "../support/nats-server";
import { commandLine } from "./support/command-line";

const OVEN = `
  import { JsonMethod, RpcService } from "rigwire";

  @RpcService({ type: "oven" })
  export class Oven {
    @JsonMethod() hello(): string { return "warm"; }
  }
`;

describeWithNats("a fleet", () => {
  const rigwire = commandLine();
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await NatsServer.start();
    rigwire.write("oven.ts", OVEN);
  });
  afterAll(() => nats.close());

  it("has the devices that are served for it, and they are listed and called by site and name", async () => {
    const serving = rigwire.start("serve", "oven.ts", "--name", "oven-1", "--fleet", `${nats.url}/berlin`, "--json");
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
