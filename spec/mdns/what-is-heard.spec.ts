import { type DnsRecord } from "../../lib/mdns/dns-message";
import { KnownServices } from "../../lib/mdns/known-services";
import { type MulticastLink } from "../../lib/mdns/multicast-link";

const TYPE = "_bpod._tcp.local";
const LINK = { face: { name: "eth0", isLoopback: false, addresses: [] } } as unknown as MulticastLink;
const TICK_MS = 500;

/** What is known, on a clock that is turned by hand. */
function known(): {
  readonly services: KnownServices;
  readonly overflows: () => number;
  hear(...records: readonly DnsRecord[]): void;
  after(ms: number): void;
} {
  let [time, overflows] = [0, 0];
  const services = new KnownServices(
    [TYPE],
    () => (overflows += 1),
    () => time,
  );
  return {
    services,
    overflows: () => overflows,
    hear: (...records) => services.hear(records, LINK),
    after: (ms) => (time += ms),
  };
}

const pointer = (label: string, ttl = 4_500): DnsRecord => ({
  name: TYPE,
  type: "PTR",
  ttl,
  flush: false,
  data: `${label}.${TYPE}`,
});

/** A service with all its records. */
const service = (label: string, target = "bench.local"): readonly DnsRecord[] => [
  pointer(label),
  { name: `${label}.${TYPE}`, type: "SRV", ttl: 120, flush: true, data: { target, port: 4_711 } },
  { name: `${label}.${TYPE}`, type: "TXT", ttl: 4_500, flush: true, data: [] },
  { name: target, type: "A", ttl: 120, flush: true, data: "10.0.0.7" },
];

it("a service whose name has a dot is asked for by its type before it ends: the name cannot be written", () => {
  const { services, hear, after } = known();
  hear(...service("Bpod v2.3"));
  expect(services.pointers(TYPE)).toEqual([]);
  after(96_100);
  expect(services.questions(TICK_MS).map(({ name, type }) => [name, type])).toContainEqual([TYPE, "PTR"]);
});

it("what is announced and never described is asked for less and less often", () => {
  const { services, hear, after } = known();
  hear(pointer("nothing"));
  let asked = 0;
  for (let tick = 0; tick < 120; tick++) {
    asked += services.questions(TICK_MS).length > 0 ? 1 : 0;
    after(TICK_MS);
  }
  expect(asked).toBeGreaterThan(3);
  expect(asked).toBeLessThan(10);
});

it("what soon holds no more is asked for before what was never described", () => {
  const { services, hear, after } = known();
  for (let number = 0; number < 1_000; number++) hear(pointer(`nothing-${number}`));
  hear(...service("bpod-1"));
  after(96_100);
  expect(services.questions(TICK_MS)[0]?.name).toBe(`bpod-1.${TYPE}`);
});

it("what was never described makes room for what is", () => {
  const { services, hear, overflows } = known();
  for (let number = 0; number < 5_000; number++) hear(pointer(`nothing-${number}`));
  hear(...service("bpod-1"));
  expect(services.services().map(({ label }) => label)).toEqual(["bpod-1"]);
  expect(overflows()).toBeGreaterThan(0);
});

it("a service that is said to be gone is asked for once more: anyone can say that", () => {
  const { services, hear } = known();
  hear(...service("bpod-1"));
  hear(pointer("bpod-1", 0));
  expect(services.questions(TICK_MS)).toEqual([{ name: TYPE, type: "PTR" }]);
  expect(services.pointers(TYPE)).toEqual([]);
});
