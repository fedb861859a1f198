import { formatNatsUrl, parseNatsDeviceUrl, parseNatsUrl } from "../../lib/nats/nats-url";
import { subjectToken, textOfToken } from "../../lib/nats/subject-token";
import { natsSettings } from "../../lib/nats/nats-settings";
import { AddressError, MalformedMessageError } from "../../lib/errors";

describe("nats: URLs", () => {
  it("name servers, who comes, and a device of a site", () => {
    const url = parseNatsDeviceUrl("nats://ann:p%40ss@a.lab:4222,[::1]:4333,b/berlin/cam%201");
    expect(url).toMatchObject({
      servers: ["a.lab:4222", "[::1]:4333", "b"],
      login: { user: "ann", password: "p@ss" },
      site: "berlin",
      name: "cam 1",
    });
    expect(formatNatsUrl(url)).toBe("nats://a.lab:4222,[::1]:4333,b/berlin/cam%201");
  });

  it.each([
    "nats://",
    "nats://host:99999/a/b",
    "nats://ho st/a/b",
    "nats://host/a/b?c",
    "nats://host,,other/a/b",
    "nats://host/%zz/b",
    "tcp://host:1/a/b",
  ])("are refused where they name nothing: %s", (url) => {
    expect(() => parseNatsUrl(url)).toThrow(AddressError);
  });

  it.each([
    "nats://host",
    "nats://host/site",
    "nats://host/site/a/b",
    `nats://host/site/${"x".repeat(2_000)}`,
  ])("of a device have a site and a name: %s", (url) => {
    expect(() => parseNatsDeviceUrl(url)).toThrow(AddressError);
  });

  it("do not tell a password when they are wrong", () => {
    expect(() => parseNatsUrl("nats://ann:secret@host:99999/a/b")).toThrow(/^(?!.*secret).*port 99999/);
  });
});

describe("Names in subjects", () => {
  it.each(["cam-1", "a.b", "> *", "ä/ß", "%2E"])("stay one token, and come back: %s", (name) => {
    const token = subjectToken(name);
    expect(token).toMatch(/^[A-Za-z0-9_%-]+$/);
    expect(textOfToken(token)).toBe(name);
  });

  it.each(["", "%zz", "a%2e", "%41"].slice(1))(
    "are refused where another text has the same token: %s",
    (token) => {
      expect(() => textOfToken(token)).toThrow(MalformedMessageError);
    },
  );
});

describe("What lets in", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it("is said by the options, else by the URL, else by the environment", () => {
    process.env.RIGWIRE_NATS_TOKEN = "of the environment";
    process.env.RIGWIRE_NATS_SERVERS = "spare:4222, other";
    const [bare, full] = [parseNatsUrl("nats://host"), parseNatsUrl("nats://ann:1@host")];
    expect(natsSettings(bare)).toMatchObject({
      servers: ["host", "spare:4222", "other"],
      login: { kind: "token", token: "of the environment" },
    });
    expect(natsSettings(full).login).toEqual({ kind: "user", user: "ann", password: "1" });
    expect(natsSettings(full, { nkey: "/a/seed", servers: [] })).toMatchObject({
      servers: ["host"],
      login: { kind: "nkey", path: "/a/seed" },
    });
  });
});
