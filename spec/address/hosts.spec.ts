import { isLoopbackHost, isWildcardHost, loopbackHostFor } from "../../lib/address/hosts";

describe("a host", () => {
  it.each([
    "localhost",
    "LOCALHOST",
    "127.0.0.1",
    "127.1.2.3",
    "[::1]",
    "::1",
    "::ffff:127.0.0.1",
    "[::ffff:127.0.0.2]",
  ])("%s means the computer where it is written", (host) => expect(isLoopbackHost(host)).toBe(true));

  it.each([
    "10.0.0.1",
    "cam-1",
    "localhost.example",
    "128.0.0.1",
    "[fe80::1]",
    "::ffff:10.0.0.1",
    "*",
    "0.0.0.0",
  ])("%s does not", (host) => expect(isLoopbackHost(host)).toBe(false));

  it.each(["*", "0.0.0.0", "[::]", "::"])("%s stands for every interface", (host) => {
    expect(isWildcardHost(host)).toBe(true);
    expect(isLoopbackHost(host)).toBe(false);
  });

  it("of a wildcard has loopback in the same family", () => {
    expect([loopbackHostFor("*"), loopbackHostFor("0.0.0.0"), loopbackHostFor("[::]")]).toEqual([
      "127.0.0.1",
      "127.0.0.1",
      "[::1]",
    ]);
  });
});
