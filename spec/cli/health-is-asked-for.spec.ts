import { commandLine } from "./support/command-line";

const rigwire = commandLine();

const LAMP = `
  import { JsonMethod, RpcService, setHealth } from "rigwire";

  @RpcService({ type: "lamp" })
  export class Lamp {
    @JsonMethod() fail(): void {
      setHealth(this, { serving: false, reason: "the filament is broken" });
    }
  }
`;

beforeAll(() => rigwire.write("lamp.ts", LAMP));

it("rigwire ping --health ends with 0 where all serve, 1 where one does not, 3 where one is not there", async () => {
  const lamp = rigwire.start("serve", "lamp.ts", "--name", "lamp-1", "--json");
  await lamp.line();
  expect(await rigwire.run("ping", "lamp-1", "--health")).toMatchObject({
    code: 0,
    stdout: "lamp-1  serving\n",
  });
  await rigwire.run("call", "lamp-1", "fail");
  const [one, both] = await Promise.all([
    rigwire.run("ping", "lamp-1", "--health", "--json"),
    rigwire.run("ping", "lamp-1", "tcp://127.0.0.1:1", "--health"),
  ]);

  expect(one.code).toBe(1);
  expect(JSON.parse(one.stdout)).toEqual({
    device: "lamp-1",
    health: "not serving",
    reason: "the filament is broken",
  });
  expect(both.code).toBe(3);
  expect(both.stdout).toMatch(/^lamp-1 +not serving +the filament is broken$/m);
  expect(both.stdout).toMatch(/^tcp:\/\/127\.0\.0\.1:1 +unreachable +/m);
  lamp.signal();
  expect((await lamp.ended).code).toBe(0);
}, 60_000);
