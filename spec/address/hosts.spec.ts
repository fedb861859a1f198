import { bareHost, isLoopbackHost, isWildcardHost, loopbackHostFor, urlHost } from "../../lib/address/hosts";

describe("a loopback host", () => {
  it.each([
    "localhost",
    "LocalHost",
    "LOCALHOST",
    "localhost.",
    "127.0.0.1",
    "127.9.8.7",
    "127.1.2.3",
    "::1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::1%lo]",
    "::ffff:127.0.0.1",
    "[::ffff:127.0.0.2]",
    "[::FFFF:127.0.0.1]",
    "[::ffff:7f00:1]",
  ])("is %s", (host) => expect(isLoopbackHost(host)).toBe(true));

  it.each([
    "10.0.0.1",
    "128.0.0.1",
    "127.example",
    "localhost.example",
    "mylocalhost",
    "*",
    "0.0.0.0",
    "[::]",
    "[::2]",
    "[fe80::1%eth0]",
    "[::ffff:10.0.0.1]",
    "[::7f00:1]",
    "cam-1.local",
    "cam-1",
    "::",
    "[fe80::1]",
    "::ffff:10.0.0.1",
  ])("is not %s", (host) => expect(isLoopbackHost(host)).toBe(false));
});

describe("a host for every interface", () => {
  it.each(["*", "0.0.0.0", "[::]", "::", "[::0]", "[0:0:0:0:0:0:0:0]", "[::ffff:0.0.0.0]"])("is %s", (host) =>
    expect(isWildcardHost(host)).toBe(true),
  );

  it.each(["127.0.0.1", "[::1]", "10.0.0.0", "localhost", "", "eth0"])("is not %s", (host) =>
    expect(isWildcardHost(host)).toBe(false),
  );

  it.each([
    ["*", "127.0.0.1"],
    ["0.0.0.0", "127.0.0.1"],
    ["[::]", "[::1]"],
    ["::", "[::1]"],
    ["[::ffff:0.0.0.0]", "127.0.0.1"],
  ])("%s is reached from the same computer at %s", (wildcard, loopback) =>
    expect(loopbackHostFor(wildcard)).toBe(loopback),
  );
});

describe("the brackets of a host", () => {
  it.each([
    ["fe80::1", "[fe80::1]"],
    ["10.0.0.7", "10.0.0.7"],
    ["cam-1.local", "cam-1.local"],
  ])("are put around %s in a URL and taken off for a socket", (bare, inUrl) => {
    expect(urlHost(bare)).toBe(inUrl);
    expect(urlHost(inUrl)).toBe(inUrl);
    expect(bareHost(inUrl)).toBe(bare);
    expect(bareHost(bare)).toBe(bare);
  });
});
