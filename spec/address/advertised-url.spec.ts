import { networkInterfaces } from "node:os";
import { AddressError } from "../../lib/errors";
import { advertisedUrl } from "../../lib/address/node/advertised-url";

const LOCAL = "tcp://127.0.0.1:5555";
/** An address of a network that is for examples only; the route to it is the default route. */
const REMOTE = "tcp://192.0.2.1:5555";

/** The addresses that other computers could know this one by. */
const outward = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .filter(({ family, internal }) => family === "IPv4" && !internal)
  .map(({ address }) => address);
const onNetwork = outward.length === 0 ? it.skip : it;
const offNetwork = outward.length === 0 ? it : it.skip;

describe("the URL that a device registers", () => {
  it.each([
    ["its own address", "tcp://10.0.0.7:9000", LOCAL, "tcp://10.0.0.7:9000"],
    ["its own name", "tcp://cam-1.local:9000", LOCAL, "tcp://cam-1.local:9000"],
    ["loopback by a registry on this computer", "tcp://127.0.0.1:9000", LOCAL, "tcp://127.0.0.1:9000"],
    ["the loopback it has", "tcp://localhost:9000", LOCAL, "tcp://localhost:9000"],
    ["loopback where the registry is no TCP", "tcp://*:9000", "ipc:///tmp/r", "tcp://127.0.0.1:9000"],
    ["its path", "ipc:///tmp/cam", REMOTE, "ipc:///tmp/cam"],
  ])("is %s", async (_, bound, registryUrl, expected) => {
    expect(await advertisedUrl(bound, { registryUrl })).toBe(expected);
  });

  onNetwork.each(["tcp://*:9000", "tcp://0.0.0.0:9000", "tcp://127.0.0.1:9000"])(
    "has the address of the interface that routes to the registry in the place of %s",
    async (bound) => {
      const url = await advertisedUrl(bound, { registryUrl: REMOTE });
      expect(outward.map((address) => `tcp://${address}:9000`)).toContain(url);
    },
  );

  onNetwork.each([LOCAL, "tcp://localhost:5555"])(
    "is one that other computers reach too, for a wildcard and the registry %s",
    async (registryUrl) => {
      const url = await advertisedUrl("tcp://*:9000", { registryUrl });
      expect(outward.map((address) => `tcp://${address}:9000`)).toContain(url);
    },
  );

  offNetwork(
    "is loopback for a wildcard by a registry on this computer, if there is no network",
    async () => {
      expect(await advertisedUrl("tcp://*:9000", { registryUrl: LOCAL })).toBe("tcp://127.0.0.1:9000");
    },
  );

  it.each([
    ["10.0.0.7", "tcp://10.0.0.7:9000"],
    ["10.0.0.7:7000", "tcp://10.0.0.7:7000"],
    ["cam-1.local", "tcp://cam-1.local:9000"],
    ["tcp://cam-1.local", "tcp://cam-1.local:9000"],
    ["tcp://cam-1.local:7000", "tcp://cam-1.local:7000"],
    ["fe80::1", "tcp://[fe80::1]:9000"],
    ["[fe80::1]:7000", "tcp://[fe80::1]:7000"],
  ])("is what its owner says: %s", async (advertise, expected) => {
    const url = await advertisedUrl("tcp://127.0.0.1:9000", { advertise, registryUrl: REMOTE });
    expect(url).toBe(expected);
  });

  it.each(["not an address", "tcp://", "", "*", "0.0.0.0", "tcp://[::]:9000"])(
    "is refused where its owner says %j",
    async (advertise) => {
      const url = advertisedUrl("tcp://127.0.0.1:9000", { advertise, registryUrl: REMOTE });
      await expect(url).rejects.toThrow(AddressError);
    },
  );

  it("is of the family of addresses that the device is bound to", async () => {
    const url = advertisedUrl("tcp://*:9000", { registryUrl: "tcp://[::1]:5555" });
    await expect(url).rejects.toThrow("no route of IPv4 to [::1]");
  });

  it("cannot be made where the registry's name is not known", async () => {
    const url = advertisedUrl("tcp://*:9000", { registryUrl: "tcp://no-such-host.invalid:5555" });
    await expect(url).rejects.toThrow(/no route of IPv4 to no-such-host\.invalid/);
  });
});
