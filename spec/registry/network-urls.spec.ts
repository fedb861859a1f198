import { type OwnAddress } from "../../lib/address/node/own-addresses";
import { nearestUrl, networkUrls } from "../../lib/registry/network-urls";

const at = (host: string, prefix = 24, family: 4 | 6 = 4): OwnAddress => ({ host, prefix, family });
const from =
  (...hosts: readonly OwnAddress[]) =>
  () =>
    hosts;

/** A device in two laboratories, and in a network of virtual machines. */
const LAB = { url: "tcp://10.0.1.7:9000", prefix: 24 };
const OFFICE = { url: "tcp://192.168.5.7:9000", prefix: 16 };
const VIRTUAL = { url: "tcp://172.17.0.1:9000", prefix: 16 };
const NETWORKS = [LAB, OFFICE, VIRTUAL];

describe("of a device's URLs, one takes", () => {
  it.each([
    ["that in its own network", at("10.0.1.9"), LAB.url],
    ["that in its own network, however large", at("192.168.77.1"), OFFICE.url],
    ["the first where it is in none of them", at("203.0.113.4"), LAB.url],
    ["the first on the device's own computer", at("10.0.1.7"), LAB.url],
    ["the first in a network of another family", at("[fd00::1]", 64, 6), LAB.url],
  ])("%s", (_, own, expected) => {
    expect(nearestUrl(LAB.url, NETWORKS, from(own))).toBe(expected);
  });

  it("the first where it is in several of their networks", () => {
    expect(nearestUrl(LAB.url, NETWORKS, from(at("192.168.5.8"), at("10.0.1.9")))).toBe(LAB.url);
  });

  it("none that is an address of its own, as virtual machines have it on every computer", () => {
    expect(nearestUrl(LAB.url, NETWORKS, from(at("172.17.0.1", 16), at("203.0.113.4")))).toBe(LAB.url);
  });

  it("by IPv6 as well", () => {
    const networks = [
      { url: "tcp://[fd00:1::7]:9000", prefix: 64 },
      { url: "tcp://[fd00:2::7]:9000", prefix: 64 },
    ];
    expect(nearestUrl("tcp://[fd00:1::7]:9000", networks, from(at("[fd00:2::9]", 64, 6)))).toBe(
      "tcp://[fd00:2::7]:9000",
    );
  });
});

describe("a device that listens at every interface", () => {
  it("is registered in each network of its family", () => {
    const own = [at("10.0.1.7"), at("[fd00::7]", 64, 6), at("192.168.5.7", 16)];
    expect(networkUrls("tcp://10.0.1.7:9000", own)).toEqual([LAB, OFFICE]);
  });

  it("is registered once where its computer is in one network", () => {
    expect(networkUrls("tcp://10.0.1.7:9000", [at("10.0.1.7")])).toEqual([]);
  });
});
