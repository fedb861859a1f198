import { commandLine } from "./support/command-line";

const rigwire = commandLine();

const STAGE = `
  import { Subject } from "rxjs";
  import { Arg, JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";

  @RpcService({ type: "stage" })
  export class Stage {
    @Signal(Number) readonly moved = new Subject<number>();
    @RpcProperty() speed: number = 5;
    @JsonMethod() moveTo(@Arg("target") target: number): number {
      if (target > 100) throw new Error("beyond the end");
      this.moved.next(target);
      return target;
    }
  }
`;

beforeAll(() => rigwire.write("stage.ts", STAGE));

it("rigwire stats tells what was asked of a device, once and again and again", async () => {
  const device = rigwire.start("serve", "stage.ts", "--name", "stage-1", "--json");
  const { url } = JSON.parse(await device.line()) as { url: string };
  expect((await rigwire.run("call", url, "moveTo", "500")).code).toBe(1);
  const watching = rigwire.start("stats", url, "--watch", "--interval", "50", "--json");
  const page = await rigwire.run("stats", url);
  const [earlier, later] = [await watching.line(), await watching.line()].map(
    (line) => JSON.parse(line) as { upMs: number },
  );
  watching.signal();

  expect(page.stdout).toMatch(/^moveTo +call +1 +1 +0 +0 +0 /m);
  expect(page.stdout).toMatch(/2 of 3 uses of members were never asked for/);
  expect(page.stdout).toMatch(/up [\d.]+ m?s; \d connected; event loop .*; memory \d/);
  expect(earlier).toMatchObject({
    members: expect.arrayContaining([expect.objectContaining({ member: "moveTo", calls: 1, failures: 1 })]),
    signals: [{ signal: "moved", emitted: 0, sent: 0, missed: 0 }],
  });
  expect(later?.upMs).toBeGreaterThan(earlier?.upMs ?? Infinity);
  expect((await watching.ended).code).toBe(0);
  device.signal();
  expect((await device.ended).code).toBe(0);
}, 60_000);
