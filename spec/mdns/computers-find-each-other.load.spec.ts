import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { findPython } from "../interop/python-peer";
import { closing } from "../support/closing";
import { Namespace, noNamespaces } from "../support/network-namespaces";
import { isNatsExpected, NatsServer } from "../support/nats-server";
import { typeScriptProgram } from "../support/typescript-child";

const python = findPython(["zeroconf"]);
const hindrance = noNamespaces() ?? (python === undefined ? "no Python here can import zeroconf" : undefined);
const isRequired = process.env.RIGWIRE_INTEROP === "required";
const withNetworks = hindrance === undefined || isRequired ? describe : describe.skip;
const because = hindrance === undefined ? "" : ` (${hindrance})`;
const testWithNats = isNatsExpected ? it : it.skip;

/** Each starts a Node or a Python, claims a name for a second, and may share two cores with others. */
const TEST_MS = 60_000;
const LINE_MS = 25_000;

withNetworks(`two computers of one network${because}`, () => {
  const app = typeScriptProgram(join(__dirname, "programs/networked-app.ts"));

  const run = ({ name }: Namespace, ...args: readonly string[]) =>
    app.start(args, { RIGWIRE_LOG: "silent" }, { namespace: name });

  /** The two, with a cable between them and addresses that no program is told. */
  function computers(one = "10.77.1.1/24", other = "10.77.1.2/24"): readonly [Namespace, Namespace] {
    const [rig, office] = [Namespace.make(), Namespace.make()];
    rig.connect(one, office, other);
    return [rig, office];
  }

  /** The first line that the Python program prints there. */
  async function pythonLine({ name }: Namespace, ...args: readonly string[]): Promise<unknown> {
    const script = join(__dirname, "programs/zeroconf_peer.py");
    const child = spawn("ip", ["netns", "exec", name, python ?? "python3", "-u", script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    closing({ close: () => ended(child) });
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line) as unknown;
    throw new Error("the Python program printed nothing");
  }

  it.each([
    ["IPv4", "tcp://*", "10.77.1.1/24", "10.77.1.2/24"],
    ["IPv6", "tcp://[::]", "fd77:1::1/64", "fd77:1::2/64"],
  ])(
    "one calls the other's device by its name, over %s",
    async (_family, url, one, other) => {
      const [rig, office] = computers(one, other);
      await run(rig, "device", "bpod-1", url).nextLine(LINE_MS);
      expect(JSON.parse(await run(office, "caller", "bpod-1").nextLine(LINE_MS))).toBe("pong");
    },
    TEST_MS,
  );

  it(
    "one finds the registry that the other runs, and what is registered there",
    async () => {
      const [rig, office] = computers();
      await run(rig, "registry").nextLine(LINE_MS);
      await run(rig, "registered-device", "bpod-1").nextLine(LINE_MS);
      expect(JSON.parse(await run(office, "registry-caller", "bpod-1").nextLine(LINE_MS))).toBe("pong");
    },
    TEST_MS,
  );

  testWithNats(
    "one finds the NATS broker that the other runs, and calls the device that is in the fleet there",
    async () => {
      const [rig, office] = computers();
      closing(await NatsServer.start({ port: 4222, namespace: rig.name }));
      await run(rig, "fleet-host", "bpod-1").nextLine(LINE_MS);
      const caller = run(office, "fleet-caller", "berlin/bpod-1");
      expect(JSON.parse(await caller.nextLine(LINE_MS))).toBe("pong");
      expect(JSON.parse(await caller.nextLine(LINE_MS))).toMatchObject([
        { name: "berlin/bpod-1", type: "bpod", site: "berlin" },
      ]);
    },
    TEST_MS,
  );

  it(
    "a Python program finds our device, with all that it says of itself",
    async () => {
      const [rig, office] = computers();
      const { url } = JSON.parse(await run(rig, "device", "bpod-1").nextLine(LINE_MS)) as { url: string };
      expect(await pythonLine(office, "find", "bpod-1._rigwire._tcp.local.")).toMatchObject({
        port: Number(url.split(":").at(-1)),
        addresses: ["10.77.1.1"],
        text: { role: "device", name: "bpod-1", type: "bpod" },
      });
    },
    TEST_MS,
  );

  it(
    "a service that a Python program announces is found as a device of the type that is said",
    async () => {
      const [rig, office] = computers();
      const finder = run(office, "finder", "Bpod v2.3");
      expect(await pythonLine(rig, "announce", "Bpod v2.3", "10.77.1.1", "4711")).toBe("announced");
      expect(JSON.parse(await finder.nextLine(LINE_MS))).toEqual({
        name: "Bpod v2.3",
        type: "bpod",
        url: "tcp://10.77.1.1:4711",
      });
    },
    TEST_MS,
  );
});

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once("exit", () => resolve());
    if (!child.kill("SIGKILL")) resolve();
  });
}
