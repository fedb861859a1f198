import fc from "../support/seeded-fast-check";

import {
  decodeAdvertisement,
  encodeAdvertisement,
  hasProperties,
  MAX_ADVERTISEMENT_BYTES,
  typeFolderName,
} from "../../lib/advertisement/advertisement-record";
import { MalformedMessageError } from "../../lib/errors";
import { advertisementFields } from "./runtime-folder";

const BPOD = {
  serviceName: "Bpod 3",
  serviceType: "bpod",
  address: "ipc:///tmp/foo.ipc",
  pid: 4242,
  uuid: "6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11",
  properties: { serial: "123", note: null },
};

const WRITTEN =
  '{"service_name":"Bpod 3","service_type":"bpod","address":"ipc:///tmp/foo.ipc","pid":4242,' +
  '"uuid":"6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11","properties":{"serial":"123","note":null}}';

function decodeFields(changes: Readonly<Record<string, unknown>>) {
  return decodeAdvertisement(Buffer.from(JSON.stringify(advertisementFields(changes))));
}

describe("an advertisement's bytes", () => {
  it("are those of the protocol", () => {
    expect(encodeAdvertisement(BPOD).toString()).toBe(WRITTEN);
    expect(decodeAdvertisement(Buffer.from(WRITTEN))).toEqual(BPOD);
  });

  it("are ASCII, whatever the values are", () => {
    const service = { ...BPOD, serviceName: "Käfig 🐁", properties: { größe: "\u0000\u007f" } };
    const bytes = encodeAdvertisement(service);

    expect(bytes.every((byte) => byte >= 0x20 && byte < 0x7f)).toBe(true);
    expect(decodeAdvertisement(bytes)).toEqual(service);
  });

  it("bring every service back", () => {
    const text = fc.string({ minLength: 1, unit: "binary" });
    const properties = fc.dictionary(fc.string(), fc.option(fc.string()));
    const services = fc.record({
      serviceName: text,
      serviceType: text,
      address: text,
      pid: fc.integer({ min: 1 }),
      uuid: fc.uuid(),
      properties: properties.map((values) => ({ ...values })),
    });
    fc.assert(
      fc.property(services, (service) => {
        expect(decodeAdvertisement(encodeAdvertisement(service))).toEqual(service);
      }),
    );
  });

  it("may have keys that a later protocol adds", () => {
    expect(decodeFields({ serviceVersion: [1, 2] })).toMatchObject({ serviceName: "Bpod 3" });
  });

  it.each([
    ["service_name", ""],
    ["service_name", undefined],
    ["service_type", 7],
    ["address", null],
    ["pid", 0],
    ["pid", -1],
    ["pid", 1.5],
    ["pid", "4242"],
    ["pid", true],
    ["pid", 2 ** 31],
    ["uuid", "6f6d9f9e"],
    ["uuid", "../../../../../../../../../../etc/pw"],
    ["properties", undefined],
    ["properties", null],
    ["properties", ["serial"]],
    ["properties", { serial: 123 }],
    ["properties", { nested: {} }],
  ])("are refused where %s is %j", (key, value) => {
    expect(() => decodeFields({ [key]: value })).toThrow(MalformedMessageError);
  });

  it.each([
    ["nothing", ""],
    ["half of one", WRITTEN.slice(0, 60)],
    ["a list", "[]"],
    ["null", "null"],
    ["bare NaN", WRITTEN.replace("4242", "NaN")],
    ["nesting without end", "[".repeat(60_000)],
    ["more than is read", WRITTEN.replace("Bpod", "B".repeat(MAX_ADVERTISEMENT_BYTES))],
  ])("are refused where they are %s", (_case, text) => {
    expect(() => decodeAdvertisement(Buffer.from(text))).toThrow(MalformedMessageError);
  });

  it("are refused where they are no text", () => {
    expect(() => decodeAdvertisement(Buffer.from(WRITTEN.replace("3", "\xff"), "latin1"))).toThrow(
      MalformedMessageError,
    );
  });

  it("are a service or refused, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          expect(() => decodeAdvertisement(bytes)).toThrow(MalformedMessageError);
        },
      ),
    );
  });

  it("cannot give an object another prototype", () => {
    const { properties } = decodeAdvertisement(
      Buffer.from(WRITTEN.replace('"note":null', '"__proto__":null,"toString":"x"')),
    );

    expect(Object.getPrototypeOf(properties)).toBe(Object.prototype);
    expect(Object.keys(properties)).toEqual(["serial", "__proto__", "toString"]);
  });
});

it("names a type's folder with letters, digits and underscores only, one for each character", () => {
  expect(typeFolderName("../my type-é🐁_2")).toBe("___my_type____2");
});

describe("a filter of properties", () => {
  it.each([
    [{}, true],
    [{ serial: "123" }, true],
    [{ note: null }, true],
    [{ serial: "123", note: null }, true],
    [{ serial: "12" }, false],
    [{ serial: "123", note: "" }, false],
    [{ missing: null }, true],
    [{ missing: "x" }, false],
    [{ missing: null, serial: "12" }, false],
    [{ toString: null }, true],
    [{ toString: "x" }, false],
  ])("%j matches: %s", (wanted, expected) => {
    expect(hasProperties(BPOD, wanted)).toBe(expected);
  });
});
