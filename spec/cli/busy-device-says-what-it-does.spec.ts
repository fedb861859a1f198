import { commandLine } from "./support/command-line";

const rigwire = commandLine();

const PRESS = `
  import { JsonMethod, RpcService } from "rigwire";

  @RpcService({ type: "press" })
  export class Press {
    private readonly ends: (() => void)[] = [];
    @JsonMethod({ timeout: null }) press(): Promise<void> {
      console.log(JSON.stringify("pressing"));
      return new Promise((end) => this.ends.push(end));
    }
    @JsonMethod({ interrupts: true }) stop(): void {
      for (const end of this.ends) end();
    }
  }
`;

beforeAll(() => rigwire.write("press.ts", PRESS));

it("inspect and devices name the method that holds a device, for how long, and who called it", async () => {
  const device = rigwire.start("serve", "press.ts", "--name", "press-1", "--json");
  await device.line();
  const pressing = rigwire.start("call", "press-1", "press");
  expect(await device.line()).toBe('"pressing"');
  const [page, list, record] = await Promise.all([
    rigwire.run("inspect", "press-1"),
    rigwire.run("devices"),
    rigwire.run("inspect", "press-1", "--json"),
  ]);
  const activity = /runs press for \d+\.\d s, called by client [0-9a-f]+/;
  expect(page.stdout).toMatch(activity);
  expect(page.stdout).toMatch(/stop\(\) .* interrupts/);
  expect(list.stdout).toMatch(activity);
  expect(JSON.parse(record.stdout)).toMatchObject({
    running: { method: "press", forMs: expect.any(Number) },
  });

  expect((await rigwire.run("call", "press-1", "stop")).code).toBe(0);
  expect((await pressing.ended).code).toBe(0);
  expect((await rigwire.run("devices")).stdout).not.toMatch(activity);
  device.signal();
  expect((await device.ended).code).toBe(0);
});
