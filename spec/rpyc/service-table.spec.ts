import {
  ServiceTable,
  type RegisteredService,
  type ServiceTableOptions,
} from "../../lib/rpyc/server/service-table";

const CAM = { host: "10.0.0.7", port: 1 };
const STAGE = { host: "10.0.0.8", port: 2 };

/** A table with a clock that is set by hand, and what it told. */
function tableOf(options: ServiceTableOptions = {}) {
  const clock = { now: 5_000 };
  const table = new ServiceTable({ now: () => clock.now, ...options });
  const told: string[] = [];
  const tell = (what: string) => (service: RegisteredService) =>
    told.push(`${what} ${service.name} ${service.address.host}:${service.address.port}`);
  table.onServiceAdded$.subscribe(tell("+"));
  table.onServiceRemoved$.subscribe(tell("-"));
  return { table, clock, told };
}

describe("names", () => {
  it("are upper-cased on the way in and when they are looked up", () => {
    const { table } = tableOf();
    table.register(["Cam-1", "straße"], CAM);

    expect([...table.query("cAM-1")]).toEqual([CAM]);
    expect([...table.names()]).toEqual(["CAM-1", "STRASSE"]);
  });

  it.each(["__proto__", "constructor", "toString"])("may be %s", (name) => {
    const { table } = tableOf();
    expect([...table.query(name)]).toEqual([]);
    table.register([name], CAM);
    expect([...table.query(name)]).toEqual([CAM]);
  });

  it("are listed of one host only, until its last service by the name is gone", () => {
    const { table } = tableOf();
    table.register(["CAMERA"], CAM);
    table.register(["CAMERA"], { ...CAM, port: 3 });
    table.register(["STAGE"], STAGE);

    expect([...table.names(CAM.host)]).toEqual(["CAMERA"]);
    table.unregister(CAM);
    expect([...table.names(CAM.host)]).toEqual(["CAMERA"]);
    table.unregister({ ...CAM, port: 3 });
    expect([...table.names(CAM.host)]).toEqual([]);
    expect([...table.names("10.9.9.9")]).toEqual([]);
  });
});

it("answers a query with the oldest keep-alive first", () => {
  const { table, clock } = tableOf();
  for (const address of [CAM, STAGE]) {
    table.register(["X"], address);
    clock.now += 1_000;
  }
  expect([...table.query("X")]).toEqual([CAM, STAGE]);
  table.register(["X"], CAM);
  expect([...table.query("X")]).toEqual([STAGE, CAM]);
});

describe("what is told", () => {
  it("is a service that is new, not its keep-alives", () => {
    const { table, told } = tableOf();
    table.register(["cam", "CAM", "camera"], CAM);
    table.register(["CAM", "lens"], CAM);

    expect(told).toEqual(["+ CAM 10.0.0.7:1", "+ CAMERA 10.0.0.7:1", "+ LENS 10.0.0.7:1"]);
  });

  it("is a service that was there and is unregistered, and no other", () => {
    const { table, told } = tableOf();
    table.register(["CAM"], CAM);
    table.register(["STAGE"], STAGE);
    told.length = 0;

    table.unregister(CAM);
    table.unregister(CAM);

    expect(told).toEqual(["- CAM 10.0.0.7:1"]);
    expect(table.services).toEqual([{ name: "STAGE", address: STAGE }]);
  });

  it("finds a table that has it already", () => {
    const { table } = tableOf();
    const seen: unknown[] = [];
    table.onServiceAdded$.subscribe(() => seen.push([...table.names()]));
    table.onServiceRemoved$.subscribe(() => seen.push([...table.names()]));
    table.register(["CAM"], CAM);
    table.unregister(CAM);

    expect(seen).toEqual([["CAM"], []]);
  });
});

describe("pruning", () => {
  it("removes a service that is not renewed for longer than 240 s", () => {
    const { table, clock, told } = tableOf();
    table.register(["CAM"], CAM);

    clock.now += 240_000;
    expect([...table.query("CAM")]).toEqual([CAM]);
    clock.now += 1;
    expect([...table.query("CAM")]).toEqual([]);
    expect(told).toEqual(["+ CAM 10.0.0.7:1", "- CAM 10.0.0.7:1"]);
  });

  it("keeps one that is renewed in time, under the names that are renewed", () => {
    const { table, clock } = tableOf({ pruningTimeoutMs: 100 });
    table.register(["CAM", "LENS"], CAM);
    clock.now += 60;
    table.register(["CAM"], CAM);
    clock.now += 60;

    expect(table.services).toEqual([{ name: "CAM", address: CAM }]);
  });

  it("tells it as new when it registers again", () => {
    const { table, clock, told } = tableOf({ pruningTimeoutMs: 100 });
    table.register(["CAM"], CAM);
    clock.now += 101;
    table.register(["CAM"], CAM);

    expect(told).toEqual(["+ CAM 10.0.0.7:1", "- CAM 10.0.0.7:1", "+ CAM 10.0.0.7:1"]);
  });

  it("tells for how long nothing can expire", () => {
    const { table, clock } = tableOf({ pruningTimeoutMs: 100 });
    expect(table.quietForMs).toBeUndefined();
    table.register(["CAM"], CAM);
    clock.now += 30;
    table.register(["STAGE"], STAGE);
    expect(table.quietForMs).toBeLessThanOrEqual(70);
    clock.now += 71;
    table.prune();
    expect(table.quietForMs).toBe(29);
  });
});

describe("a full table", () => {
  it("takes nothing new, keeps what it has alive, and has room again when something goes", () => {
    const { table, clock } = tableOf({ maxServices: 2, pruningTimeoutMs: 100 });
    expect(table.register(["A", "B"], CAM)).toBe(true);
    clock.now += 60;

    expect(table.register(["A", "B", "C"], CAM)).toBe(false);
    expect(table.register(["C"], STAGE)).toBe(false);
    clock.now += 60;
    expect([...table.names()]).toEqual(["A", "B"]);
    expect(table.register(["A", "B"], CAM)).toBe(true);
    table.unregister(CAM);
    expect(table.register(["C"], STAGE)).toBe(true);
  });
});
