import { spawn } from "node:child_process";
import { join } from "node:path";
import { generateKeys, writeKeyFiles } from "rigwire";
import { eventually } from "../support/eventually";
import { isNatsExpected, NatsServer } from "../support/nats-server";
import { closing } from "../support/closing";
import { Namespace, noNamespaces } from "../support/network-namespaces";
import { type CommandResult, commandLine } from "./support/command-line";
import { BARE_OVEN } from "./support/bare-oven";

const hindrance = noNamespaces();
const isExpected = hindrance === undefined || process.env.RIGWIRE_INTEROP === "required";
const because = hindrance === undefined ? "" : ` (${hindrance})`;
const testWithNats = isNatsExpected ? it : it.skip;

/** A compiled program that announces the NATS server of its computer. */
const BROKER_HOST = `
  const { MdnsModule, RigApp } = require("rigwire");
  void new RigApp().use(MdnsModule.local({ broker: "nats://*/berlin" })).start();
`;

/** Several commands one after the other, each a Node that shares two cores with others. */
jest.setTimeout(90_000);
const FOUND_WITHIN_MS = 30_000;

(isExpected ? describe : describe.skip)(`by mDNS, from the terminal of another computer${because}`, () => {
  const rigwire = commandLine();

  beforeAll(() => {
    rigwire.write("oven.js", BARE_OVEN);
    rigwire.write("host.js", BROKER_HOST);
    writeKeyFiles(join(rigwire.folder, "rig"), generateKeys());
    const desk = generateKeys();
    writeKeyFiles(join(rigwire.folder, "desk"), desk);
    writeKeyFiles(join(rigwire.folder, "known", "desk"), desk);
  });

  function computers(): readonly [Namespace, Namespace] {
    const [rig, office] = [Namespace.make(), Namespace.make()];
    rig.connect("10.77.1.1/24", office, "10.77.1.2/24");
    return [rig, office];
  }

  /** Serves an oven; gives its address. */
  async function oven(rig: Namespace, ...options: readonly string[]): Promise<string> {
    const args = ["serve", "oven.js", "--name", "oven-1", "--url", "tcp://*", "--json", ...options];
    const { url } = JSON.parse(await rigwire.startIn(rig.name, ...args).line()) as { readonly url: string };
    return `tcp://10.77.1.1:${url.split(":").at(-1) ?? ""}`;
  }

  const run = ({ name }: Namespace, ...args: readonly string[]) => rigwire.startIn(name, ...args).ended;

  /** Runs a command again until it prints what it is to print: what is announced takes a moment to be heard. */
  async function until(is: (result: CommandResult) => boolean, at: Namespace, ...args: readonly string[]) {
    let result = await run(at, ...args);
    const holds = async () => is(result) || is((result = await run(at, ...args)));
    await eventually(`rigwire ${args.join(" ")}`, holds, FOUND_WITHIN_MS).catch(() => undefined);
    return result;
  }

  it("devices are listed with name, type and address, for people and as JSON", async () => {
    const [rig, office] = computers();
    const url = await oven(rig, "--mdns");
    const list = await until(({ stdout }) => stdout !== "", office, "devices", "--mdns");
    expect(list).toMatchObject({ code: 0, stderr: "" });
    expect(list.stdout).toMatch(new RegExp(`oven-1 +oven +${url.replace(/[.]/g, "\\.")}`));
    const json = await run(office, "devices", "--mdns", "--json");
    expect(JSON.parse(json.stdout)).toMatchObject({ name: "oven-1", type: "oven", url, alive: true });
    expect((await run(office, "ping", "oven-1", "--mdns", "--count", "1")).code).toBe(0);
  });

  it("nothing that a device made up changes the terminal", async () => {
    const [rig, office] = computers();
    await oven(rig, "--mdns", "--name", "oven\u202e-1");
    const list = await until(({ stdout }) => stdout !== "", office, "devices", "--mdns");
    expect(list.stdout).toContain("oven\\u202e-1");
    expect(list.stdout).not.toContain("\u202e");
  });

  it("nothing that is found is told with what else to try", async () => {
    const [, office] = computers();
    expect(await run(office, "devices", "--mdns")).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "no device in the local networks (mDNS); look elsewhere with --local or --registry URL or --rpyc or --fleet URL\n",
    });
  });

  it("a computer that may not multicast is told so, with the interface and the cure", async () => {
    const [, office] = computers();
    // No program there may join a group.
    for (const setting of ["net.ipv4.igmp_max_memberships=0", "net.ipv6.conf.all.disable_ipv6=1"]) {
      office.set(setting);
    }
    const { code, stdout, stderr } = await run(office, "devices", "--mdns");
    expect(stderr).toMatch(/^rigwire: mDNS: .*224\.0\.0\.251 on \S+ \(ENOBUFS\).*igmp_max_memberships/m);
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  });

  it("a device with keys is listed to everybody, and answers who has the keys", async () => {
    const [rig, office] = computers();
    const allowed = ["--keys", "rig.key", "--allow", "known"];
    const url = await oven(rig, "--mdns", ...allowed);
    const list = ["devices", "--mdns", "--json"];
    const known = await until(
      ({ stdout }) => stdout !== "",
      office,
      ...list,
      "--keys",
      "desk.key",
      "--server-key",
      "rig.pub",
    );
    const without = await run(office, ...list);
    const wrong = await run(office, ...list, "--keys", "desk.key", "--server-key", "desk.pub");
    expect(JSON.parse(known.stdout)).toMatchObject({ name: "oven-1", url, alive: true });
    expect(JSON.parse(without.stdout)).toMatchObject({
      name: "oven-1",
      alive: false,
      problem: "talks only to clients with keys",
    });
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      name: "oven-1",
      alive: false,
      problem: expect.stringContaining("has most likely another key than expected") as string,
    });
  });

  testWithNats("a fleet is found as well: --fleet mdns:", async () => {
    const [rig, office] = computers();
    closing(await NatsServer.start({ port: 4222, namespace: rig.name }));
    const host = spawn("ip", ["netns", "exec", rig.name, process.execPath, "host.js"], {
      cwd: rigwire.folder,
      stdio: "ignore",
    });
    closing({ close: () => void host.kill("SIGKILL") });
    const url = await oven(rig, "--fleet", "mdns:berlin");
    const list = await until(({ stdout }) => stdout !== "", office, "devices", "--fleet", "mdns:", "--json");
    expect(JSON.parse(list.stdout)).toMatchObject({
      name: "berlin/oven-1",
      site: "berlin",
      url,
      alive: true,
    });
  });
});
