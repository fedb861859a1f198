import fc from "../support/seeded-fast-check";
import { AddressError } from "rigwire";
import { formatAddress, parseAddress } from "../../lib/address/address";

const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
  fc.domain(),
  fc.constant("*"),
);
const port = fc.integer({ min: 1, max: 65_535 });

describe("an address", () => {
  it("of TCP is read as it is written", () => {
    fc.assert(
      fc.property(host, port, (host, port) => {
        expect(parseAddress(`tcp://${host}:${port}`)).toEqual({ scheme: "tcp", host, port });
        expect(formatAddress({ scheme: "tcp", host, port })).toBe(`tcp://${host}:${port}`);
      }),
    );
  });

  it("of TCP may leave the port open", () => {
    fc.assert(
      fc.property(host, fc.constantFrom("", ":*", ":0"), (host, open) => {
        const address = parseAddress(`tcp://${host}${open}`);
        expect(address).toEqual({ scheme: "tcp", host, port: undefined });
        expect(formatAddress(address)).toBe(`tcp://${host}`);
      }),
    );
  });

  it("with the doubled port of original registries is read as one", () => {
    fc.assert(
      fc.property(host, port, (host, port) => {
        expect(formatAddress(parseAddress(`tcp://${host}:${port}:${port}`))).toBe(`tcp://${host}:${port}`);
      }),
    );
  });

  it("of ipc and inproc is everything after the scheme", () => {
    const path = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.constantFrom("ipc" as const, "inproc" as const), path, (scheme, path) => {
        const url = `${scheme}://${path}`;
        expect(parseAddress(url)).toEqual({ scheme, path });
        expect(formatAddress(parseAddress(url))).toBe(url);
      }),
    );
  });

  it("is either read or refused with its text, whatever it is", () => {
    const nearly = fc.stringMatching(/^(tcp|ipc|inproc|http|)(:\/\/)?[a-z0-9.:*[\]/ ]{0,20}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        try {
          const address = parseAddress(text);
          expect(parseAddress(formatAddress(address))).toEqual(address);
        } catch (error) {
          expect(error).toBeInstanceOf(AddressError);
          expect((error as Error).message).toContain(`"${text}"`);
        }
      }),
    );
  });

  it.each([
    ["tcp://10.0.0.7:70000", "port 70000 is past 65535"],
    ["tcp://10.0.0.7:9000:9001", "two different ports"],
    ["tcp://", "expected tcp://HOST[:PORT]"],
    ["tcp://10.0.0.7:port", "expected tcp://HOST[:PORT]"],
    ["tcp://10.0.0.7/path", "expected tcp://HOST[:PORT]"],
    ["http://10.0.0.7:80", "expected tcp://HOST[:PORT], ipc://PATH or inproc://NAME"],
    ["10.0.0.7:9000", "expected tcp://HOST[:PORT], ipc://PATH or inproc://NAME"],
    ["ipc://", "names nothing after ipc://"],
    ["", '"" is no address'],
  ])("%p is refused: %s", (url, problem) => {
    expect(() => parseAddress(url)).toThrow(AddressError);
    expect(() => parseAddress(url)).toThrow(problem);
  });
});
