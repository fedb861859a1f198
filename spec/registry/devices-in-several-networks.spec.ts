import { join } from "node:path";
import { Namespace, noNamespaces } from "../support/network-namespaces";
import { type TypeScriptChild, typeScriptProgram } from "../support/typescript-child";

const hindrance = noNamespaces();
const withNetworks = hindrance === undefined ? describe : describe.skip;
const because = hindrance === undefined ? "" : ` (skipped: ${hindrance})`;

const SILENT = { RIGWIRE_LOG: "silent" };
const PORT = 5_555;

withNetworks(`a device that is bound to every interface${because}`, () => {
  const registryProgram = typeScriptProgram(join(__dirname, "programs/registry.ts"));
  const deviceProgram = typeScriptProgram(join(__dirname, "programs/networked-device.ts"));
  const clientProgram = typeScriptProgram(join(__dirname, "programs/networked-client.ts"));

  async function startRegistry({ name }: Namespace, url = `tcp://*:${PORT}`): Promise<void> {
    const registry = registryProgram.start([url], SILENT, { namespace: name });
    await registry.next();
  }

  function startDevice({ name }: Namespace, url: string, registryHost: string): TypeScriptChild {
    return deviceProgram.start([url, `tcp://${registryHost}:${PORT}`], SILENT, { namespace: name });
  }

  /** The lease's first state of this kind. */
  async function state(device: TypeScriptChild, kind: string): Promise<{ url?: string; problem?: string }> {
    for (;;) {
      const next = (await device.next()) as { kind: string; url?: string; problem?: string };
      if (next.kind === kind) return next;
    }
  }

  /** Where a client in a network reaches the device, or why not. */
  function reached({ name }: Namespace, registryHost: string): Promise<unknown> {
    return clientProgram.start([`tcp://${registryHost}:${PORT}`], SILENT, { namespace: name }).next();
  }

  it("is reached from each network that its computer is in, by its address there", async () => {
    const [rig, east, west] = [Namespace.make(), Namespace.make(), Namespace.make()];
    rig.connect("10.77.1.1/24", east, "10.77.1.2/24");
    rig.connect("10.77.2.1/24", west, "10.77.2.2/24");
    await startRegistry(rig);
    await state(startDevice(rig, "tcp://*", "127.0.0.1"), "registered");

    expect(await reached(east, "10.77.1.1")).toMatch(/^tcp:\/\/10\.77\.1\.1:/);
    expect(await reached(west, "10.77.2.1")).toMatch(/^tcp:\/\/10\.77\.2\.1:/);
  });

  it("is reached by IPv6 where it is bound to that", async () => {
    const [rig, east] = [Namespace.make(), Namespace.make()];
    rig.connect("fd77:1::1/64", east, "fd77:1::2/64");
    await startRegistry(rig, `tcp://[::]:${PORT}`);
    const { url } = await state(startDevice(rig, "tcp://[::]", "[::1]"), "registered");

    expect(url).toMatch(/^tcp:\/\/\[fd77:1::1\]:/);
    expect(await reached(east, "[fd77:1::1]")).toBe(url);
  });

  it("is registered at the interface that leads to a registry elsewhere", async () => {
    const [rig, office] = [Namespace.make(), Namespace.make()];
    rig.connect("10.77.1.1/24", Namespace.make(), "10.77.1.2/24");
    rig.connect("10.77.3.1/24", office, "10.77.3.2/24");
    await startRegistry(office);

    const { url } = await state(startDevice(rig, "tcp://*", "10.77.3.2"), "registered");
    expect(url).toMatch(/^tcp:\/\/10\.77\.3\.1:/);
  });

  it("is at loopback for a registry on its computer where that is in no network", async () => {
    const rig = Namespace.make();
    await startRegistry(rig);
    const { url } = await state(startDevice(rig, "tcp://*", "127.0.0.1"), "registered");
    expect(url).toMatch(/^tcp:\/\/127\.0\.0\.1:/);
  });

  it.each([
    ["tcp://*", "10.77.9.9"],
    ["tcp://[::]", "[fd77:9::9]"],
  ])(
    "is not registered as %s where nothing leads to the registry, and says what to do",
    async (url, host) => {
      const { problem } = await state(startDevice(Namespace.make(), url, host), "unreachable");
      expect(problem).toMatch(
        /no route of IPv\d to .*: none of this computer's addresses leads there.*\(advertise\)/,
      );
    },
  );
});
