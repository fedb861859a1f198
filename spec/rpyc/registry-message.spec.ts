import { MalformedMessageError } from "../../lib/errors";
import { encodeBrine } from "../../lib/rpyc/brine/encoder";
import { type BrineValue } from "../../lib/rpyc/brine/values";
import { decodeRequest, encodeRequest } from "../../lib/rpyc/registry-message";
import {
  decodeAddresses,
  decodeNames,
  encodeAddresses,
  encodeNames,
  isOk,
} from "../../lib/rpyc/registry-reply";
import { registryExchanges } from "./python-literal";

const requestHexes = [
  ...new Set(registryExchanges().flatMap(({ from, hex }) => (from === "client" ? [hex] : []))),
];

describe.each(requestHexes)("the recorded request %s", (hex) => {
  it("is the same when it is decoded and encoded", () => {
    expect(encodeRequest(decodeRequest(Buffer.from(hex, "hex"))).toString("hex")).toBe(hex);
  });
});

describe("a request", () => {
  const decoded = (message: BrineValue) => decodeRequest(encodeBrine(message));

  it.each<[BrineValue, object]>([
    [["RPYC", "REGISTER", [["FOO", "bar"], 1]], { command: "REGISTER", names: ["FOO", "bar"], port: 1 }],
    [["RPYC", "REGISTER", [new Set(["FOO"]), 65_535]], { command: "REGISTER", names: ["FOO"], port: 65_535 }],
    [["RPYC", "REGISTER", [["FOO"], 65_536]], { command: "REGISTER", names: ["FOO"], port: 65_536 }],
    [["RPYC", "REGISTER", [["FOO"], 0]], { command: "REGISTER", names: ["FOO"], port: 0 }],
    [["RPYC", "REGISTER", [["FOO"], -1]], { command: "REGISTER", names: ["FOO"], port: -1 }],
    [["RPYC", "REGISTER", [["FOO"], 2n ** 70n]], { command: "REGISTER", names: ["FOO"], port: 2n ** 70n }],
    [["RPYC", "REGISTER", [["FOO"], "80"]], { command: "REGISTER", names: ["FOO"], port: "80" }],
    [["RPYC", "UNREGISTER", ["80"]], { command: "UNREGISTER", port: "80" }],
    [["RPYC", "UNREGISTER", [18_811]], { command: "UNREGISTER", port: 18_811 }],
    [["RPYC", "QUERY", ["foo"]], { command: "QUERY", name: "foo" }],
    [["RPYC", "query", ["foo"]], { command: "QUERY", name: "foo" }],
    [["RPYC", "LIST", [[null]]], { command: "LIST", host: undefined }],
    [["RPYC", "LIST", [[""]]], { command: "LIST", host: undefined }],
    [["RPYC", "LIST", [["10.0.0.7"]]], { command: "LIST", host: "10.0.0.7" }],
  ])("%j is read", (message, request) => expect(decoded(message)).toEqual(request));

  it.each<[string, BrineValue]>([
    ["that is no tuple", "RPYC"],
    ["of two", ["RPYC", "LIST"]],
    ["of four", ["RPYC", "QUERY", ["FOO"], null]],
    ["with another magic", ["RPCY", "QUERY", ["FOO"]]],
    ["with its magic in bytes", [Buffer.from("RPYC"), "QUERY", ["FOO"]]],
    ["with a number for a command", ["RPYC", 1, []]],
    ["with an unknown command", ["RPYC", "CLOSE", []]],
    ["with the name of an inherited member", ["RPYC", "__proto__", []]],
    ["with no tuple of arguments", ["RPYC", "QUERY", "FOO"]],
    ["with too many arguments", ["RPYC", "QUERY", ["FOO", "BAR"]]],
    ["that queries bytes", ["RPYC", "QUERY", [Buffer.from("FOO")]]],
    ["that registers one name as a str", ["RPYC", "REGISTER", ["FOO", 1]]],
    ["that registers no names", ["RPYC", "REGISTER", [[], 1]]],
    ["that registers a number", ["RPYC", "REGISTER", [["FOO", 1], 1]]],
    ["that registers True", ["RPYC", "REGISTER", [["FOO"], true]]],
    ["that registers a float", ["RPYC", "REGISTER", [["FOO"], 1.5]]],
    ["that registers without a port", ["RPYC", "REGISTER", [["FOO"]]]],
    ["that unregisters None", ["RPYC", "UNREGISTER", [null]]],
    ["that lists without its inner tuple", ["RPYC", "LIST", [null]]],
    ["that lists a number", ["RPYC", "LIST", [[1]]]],
  ])("%s is refused", (_, message) => expect(() => decoded(message)).toThrow(MalformedMessageError));
});

describe("a reply", () => {
  const addresses = Array.from({ length: 500 }, (_, index) => ({ host: "10.0.0.7", port: 10_000 + index }));

  it("holds as many addresses as fit, the first ones first", () => {
    const { bytes, complete } = encodeAddresses(addresses, 1_500);
    const fitting = decodeAddresses(bytes);

    expect(complete).toBe(false);
    expect(bytes.length).toBeLessThanOrEqual(1_500);
    expect(bytes.length).toBeGreaterThan(1_450);
    expect(fitting).toEqual(addresses.slice(0, fitting.length));
  });

  it("holds all of them where the limit allows", () => {
    const { bytes, complete } = encodeAddresses(addresses, 100_000);
    expect(complete).toBe(true);
    expect(decodeAddresses(bytes)).toEqual(addresses);
  });

  it("holds no name that would pass the limit", () => {
    const { bytes, complete } = encodeNames(["A".repeat(2_000), "B"], 1_500);
    expect(complete).toBe(false);
    expect(decodeNames(bytes)).toEqual([]);
  });

  it("is read without the entries that are no address", () => {
    const reply = [["10.0.0.7", 1], ["10.0.0.7", "1"], ["", 1], ["10.0.0.7"], 7, ["10.0.0.8", 0], ["::1", 2]];
    expect(decodeAddresses(encodeBrine(reply))).toEqual([
      { host: "10.0.0.7", port: 1 },
      { host: "::1", port: 2 },
    ]);
  });

  it("of a name list is None where listing is off", () => expect(decodeNames(encodeBrine(null))).toBeNull());

  it.each([
    ["OK", true],
    ["ok", false],
    [Buffer.from("OK"), false],
    [null, false],
  ])("%p: OK is %p", (value, ok) => {
    expect(isOk(encodeBrine(value))).toBe(ok);
  });

  it("that is no tuple is refused", () => {
    expect(() => decodeAddresses(encodeBrine(1))).toThrow(MalformedMessageError);
    expect(() => decodeNames(encodeBrine("FOO"))).toThrow(MalformedMessageError);
  });
});
