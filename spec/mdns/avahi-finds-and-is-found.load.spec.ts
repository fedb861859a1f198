import { readFileSync } from "node:fs";
import { join } from "node:path";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { isNatsExpected, NatsServer } from "../support/nats-server";
import { Namespace, noNamespaces } from "../support/network-namespaces";
import { typeScriptProgram } from "../support/typescript-child";
import { Avahi, noAvahi } from "./avahi";

const hindrance = noNamespaces() ?? noAvahi();
const isExpected = hindrance === undefined || process.env.RIGWIRE_INTEROP === "required";
const because = hindrance === undefined ? "" : ` (${hindrance})`;
const testWithNats = isNatsExpected ? it : it.skip;

const TEST_MS = 60_000;
const LINE_MS = 25_000;

const BPOD = `<service-group>
  <name>Bpod v2.3</name>
  <service><type>_bpod._tcp</type><port>4711</port></service>
</service-group>
`;

(isExpected ? describe : describe.skip)(`beside Debian's avahi${because}`, () => {
  const app = typeScriptProgram(join(__dirname, "programs/networked-app.ts"));

  const run = ({ name }: Namespace, ...args: readonly string[]) =>
    app.start(args, { RIGWIRE_LOG: "silent" }, { namespace: name });

  function computers(): readonly [Namespace, Namespace] {
    const [rig, office] = [Namespace.make(), Namespace.make()];
    // Avahi announces in both families: whichever is heard first would be the address that is told.
    for (const computer of [rig, office]) computer.set("net.ipv6.conf.all.disable_ipv6=1");
    rig.connect("10.77.1.1/24", office, "10.77.1.2/24");
    return [rig, office];
  }

  it(
    "our device is found, with all that it says of itself",
    async () => {
      const [rig, office] = computers();
      const avahi = await Avahi.start(office);
      const { url } = JSON.parse(await run(rig, "device", "bpod-1").nextLine(LINE_MS)) as { url: string };
      const port = url.split(":").at(-1) ?? "";
      let lines: readonly string[] = [];
      const isFound = async () => (lines = await avahi.browse("_rigwire._tcp")).length > 0;
      await eventually("avahi finds it", isFound, LINE_MS);
      expect(lines[0]).toContain(";bpod-1;_rigwire._tcp;local;");
      expect(lines[0]).toContain(`;10.77.1.1;${port};`);
      for (const text of ["role=device", "name=bpod-1", "type=bpod"]) expect(lines[0]).toContain(`"${text}"`);
    },
    TEST_MS,
  );

  it(
    "a service that avahi announces is found as a device of the type that is said",
    async () => {
      const [rig, office] = computers();
      await Avahi.start(rig, { "bpod.service": BPOD });
      expect(JSON.parse(await run(office, "finder", "Bpod v2.3").nextLine(LINE_MS))).toEqual({
        name: "Bpod v2.3",
        type: "bpod",
        url: "tcp://10.77.1.1:4711",
      });
    },
    TEST_MS,
  );

  it(
    "our device and a service of avahi's on the same computer are both found",
    async () => {
      const [rig, office] = computers();
      await Avahi.start(rig, { "bpod.service": BPOD });
      await run(rig, "device", "bpod-1").nextLine(LINE_MS);
      expect(await run(office, "finder", "Bpod v2.3").next()).toMatchObject({ url: "tcp://10.77.1.1:4711" });
      expect(await run(office, "caller", "bpod-1").next()).toBe("pong");
    },
    TEST_MS,
  );

  testWithNats(
    "a fleet is found whose broker avahi announces, by the file that docs/fleet.md gives",
    async () => {
      const [rig, office] = computers();
      await Avahi.start(rig, { "nats.service": documentedService() });
      closing(await NatsServer.start({ port: 4222, namespace: rig.name }));
      await run(rig, "fleet-device", "bpod-1").nextLine(LINE_MS);
      const called = await run(office, "fleet-caller", "berlin/bpod-1").nextLine(LINE_MS);
      expect(JSON.parse(called)).toBe("pong");
    },
    TEST_MS,
  );
});

function documentedService(): string {
  const page = readFileSync(join(__dirname, "../../docs/fleet.md"), "utf8");
  const [, text] = /```xml\n([\s\S]*?)```/.exec(page) ?? [];
  if (text === undefined) throw new Error("docs/fleet.md has no service for avahi any more");
  return text;
}
