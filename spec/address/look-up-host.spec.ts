import { lookUpHost } from "../../lib/address/node/look-up-host";

describe("what a host means", () => {
  it.each([
    ["127.9.8.7", "127.9.8.7", 4],
    ["::1", "::1", 6],
    ["[::1]", "::1", 6],
  ])("is itself where it is an address: %s", async (host, address, family) => {
    expect(await lookUpHost(host)).toEqual({ address, family });
  });

  it("is its address of IPv4 where it has both", async () => {
    expect(await lookUpHost("localhost")).toEqual({ address: "127.0.0.1", family: 4 });
  });

  it("is nothing where the name is not known", async () => {
    await expect(lookUpHost("no-such-host.invalid")).rejects.toMatchObject({ syscall: "getaddrinfo" });
  });
});
