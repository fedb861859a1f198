import { join } from "node:path";
import { eventually } from "../support/eventually";
import { freePort } from "../support/free-port";
import { Namespace, noNamespaces } from "../support/network-namespaces";
import { typeScriptProgram } from "../support/typescript-child";

const hindrance = noNamespaces();
const withNetworks = hindrance === undefined ? describe : describe.skip;
const because = hindrance === undefined ? "" : ` (skipped: ${hindrance})`;

/** The system looks for a host for 3 s, in milliseconds. */
const SYSTEM_TELLS_MS = 5_000;

const SILENT = { RIGWIRE_LOG: "silent" };

withNetworks(`a host${because}`, () => {
  const program = typeScriptProgram(join(__dirname, "programs/caller.ts"));

  async function served({ name }: Namespace, url: string): Promise<string> {
    return String(await program.start(["serve", url], SILENT, { namespace: name }).next());
  }

  function called({ name }: Namespace, url: string, timeoutMs = 1_000): Promise<unknown> {
    return program.start(["call", url, String(timeoutMs)], SILENT, { namespace: name }).next();
  }

  it.each(["[::1]", "127.0.0.1", "127.0.0.5"])(
    "whose name has several addresses is reached at any of them: %s",
    async (at) => {
      const rig = Namespace.make({ "127.0.0.1": "rig", "127.0.0.5": "rig", "::1": "rig" });
      const url = await served(rig, `tcp://${at}`);
      expect(await called(rig, `tcp://rig:${new URL(url).port}`, 8_000)).toBe("shines");
    },
  );

  it("whose name has several addresses is told with the reason where none of them is the device's", async () => {
    const rig = Namespace.make({ "127.0.0.1": "rig", "::1": "rig" });
    expect(await called(rig, `tcp://rig:${await freePort()}`)).toMatch(
      /\(tcp:\/\/rig:\d+: connection refused\)/,
    );
  });

  it("whose cable is out is told as such", async () => {
    const [rig, desk] = [Namespace.make(), Namespace.make()];
    const link = rig.connect("10.77.1.1/24", desk, "10.77.1.2/24");
    rig.ip("link", "set", link, "down");
    await eventually("the system has noticed", () => desk.hasLostCarrier());
    // Where it lost the carrier itself, the system gives the host up only later, and tells nothing before.
    expect(await called(desk, "tcp://10.77.1.1:9000", SYSTEM_TELLS_MS)).toMatch(
      /the host is not there \(EHOSTUNREACH\).*cable is out|: no answer\)/,
    );
  });

  it("that is off is told as such", async () => {
    const [rig, desk] = [Namespace.make(), Namespace.make()];
    rig.connect("10.77.1.1/24", desk, "10.77.1.2/24");
    expect(await called(desk, "tcp://10.77.1.3:9000", SYSTEM_TELLS_MS)).toMatch(
      /the host is not there \(EHOSTUNREACH\)/,
    );
  });

  it("to which no network leads is told as such", async () => {
    expect(await called(Namespace.make(), "tcp://10.77.1.1:9000")).toMatch(
      /no network leads to the host \(ENETUNREACH\)/,
    );
  });
});
