import { join } from "node:path";
import { filter, firstValueFrom } from "rxjs";
import { addToken, clientOf, connect, Gateway } from "rigwire";
import { eventually } from "../support/eventually";
import { closing } from "../support/closing";
import { BARE_OVEN } from "./support/bare-oven";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();

interface Told {
  readonly url: string;
  readonly open: string;
}

describe("rigwire console", () => {
  it("lets one browser in by the address that it prints, and programs with a token, to the devices of this computer", async () => {
    rigwire.write("oven.js", BARE_OVEN);
    const token = addToken(join(rigwire.folder, "tokens"), "desk");
    const serving = rigwire.start("serve", "oven.js", "--name", "oven 1", "--json");
    await serving.line();
    const console = rigwire.start("console", "--port", "0", "--json");
    const { url, open } = JSON.parse(await console.line()) as Told;

    const first = await fetch(open, { redirect: "manual" });
    expect([first.status, first.headers.get("location")]).toEqual([303, "/"]);
    expect((await fetch(open, { redirect: "manual" })).status).toBe(401);
    expect((await fetch(url)).status).toBe(401);
    console.signal();
    expect((await console.ended).code).toBe(0);

    const tokened = rigwire.start("console", "--port", "0", "--tokens", "tokens", "--json");
    const told = JSON.parse(await tokened.line()) as Told;
    expect(told.open).toBe(told.url);
    const oven = clientOf(
      await connect(`${told.url.replace("http", "ws")}/devices/oven%201`, { token, timeoutMs: 5_000 }),
    );
    closing(oven);
    expect((await oven.inventory()).rigwire?.type).toBe("oven");
    for (const running of [tokened, serving]) {
      running.signal();
      expect((await running.ended).code).toBe(0);
    }
  });

  it("shows a device that was killed as lost while anybody wants it, and finds it when it is back", async () => {
    rigwire.write("oven.js", BARE_OVEN);
    const token = addToken(join(rigwire.folder, "tokens-2"), "desk");
    const serve = () => rigwire.start("serve", "oven.js", "--name", "oven-2", "--json");
    const killed = serve();
    await killed.line();
    const console = rigwire.start("console", "--port", "0", "--tokens", "tokens-2", "--json");
    const base = (JSON.parse(await console.line()) as Told).url.replace("http", "ws");
    const oven = clientOf(await connect(`${base}/devices/oven-2`, { token, timeoutMs: 8_000 }));
    const gateway = connect(Gateway, `${base}/gateway`, { token });
    [oven, clientOf(gateway)].forEach(closing);
    const state = async () => (await gateway.devices.get()).find(({ name }) => name === "oven-2")?.state;
    await eventually("it is connected", async () => (await state()) === "connected");

    killed.signal("SIGKILL");
    const lost = oven.state$.pipe(filter((each) => each.kind === "connecting" && each.problem !== undefined));
    expect(await firstValueFrom(lost)).toMatchObject({
      problem: expect.stringContaining("the gateway lost oven-2"),
    });
    await eventually("it is lost", async () => (await state()) === "lost");
    const back = serve();
    await back.line();
    expect((await oven.inventory()).name).toBe("oven-2");
    await eventually("it is connected again", async () => (await state()) === "connected");
    for (const running of [console, back]) {
      running.signal();
      await running.ended;
    }
  });

  it("refuses to be reached by others without a password or tokens", async () => {
    const refused = await rigwire.run("console", "--host", "0.0.0.0", "--port", "0");
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("--password-file") });
  });
});
