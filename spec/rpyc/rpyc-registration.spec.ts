import { filter, firstValueFrom, map, take, timeout, toArray } from "rxjs";
import { ValidationError } from "../../lib/errors";
import { RpycRegistration, type RpycRegistrationOptions } from "../../lib/rpyc/client/rpyc-registration";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { UdpRegistryClient } from "../../lib/rpyc/client/udp-registry-client";
import { UdpRegistryServer, type UdpRegistryServerOptions } from "../../lib/rpyc/server/udp-registry-server";
import { closeAll, closedPort, closing, DEADLINE_MS, listeningLogger } from "./sockets";

afterEach(closeAll);

const registry = async (options: UdpRegistryServerOptions = {}) =>
  closing(await UdpRegistryServer.listen({ host: "127.0.0.1", port: 0, ...options }));

const registration = (port: number, options: Partial<RpycRegistrationOptions> = {}) =>
  closing(
    new RpycRegistration(new UdpRegistryClient({ host: "127.0.0.1", port, timeoutMs: 100 }), {
      names: ["cam-1", "camera"],
      port: 7,
      retryMs: 20,
      logger: listeningLogger(),
      ...options,
    }),
  );

const reached = (of: RpycRegistration, kind: string) =>
  firstValueFrom(
    of.state$.pipe(
      filter((state) => state.kind === kind),
      timeout(DEADLINE_MS),
    ),
  );

it("registers at once, under all names", async () => {
  const server = await registry();
  await reached(registration(server.port), "registered");

  expect(server.services.services.map(({ name }) => name)).toEqual(["CAM-1", "CAMERA"]);
});

it("renews before the registry forgets", async () => {
  const server = await registry({ pruningTimeoutMs: 1_500 });
  const removed: unknown[] = [];
  server.onServiceRemoved$.subscribe((service) => removed.push(service));
  const renewals: unknown[] = [];
  const client = new UdpRegistryClient({ host: "127.0.0.1", port: server.port });
  const register = client.register.bind(client);
  const often = new Promise<void>((resolve) => {
    client.register = async (...args) => {
      await register(...args);
      if (renewals.push(args) === 10) resolve();
    };
  });

  closing(new RpycRegistration(client, { names: ["cam-1"], port: 7, renewMs: 200 }));

  await often;
  expect(removed).toEqual([]);
});

it("registers again when the registry has forgotten it", async () => {
  const server = await registry();
  await reached(registration(server.port, { renewMs: 20 }), "registered");
  const again = firstValueFrom(server.onServiceAdded$.pipe(timeout(DEADLINE_MS)));

  server.services.unregister({ host: "127.0.0.1", port: 7 });

  expect((await again).name).toBe("CAM-1");
});

it("tells that the registry is away, and goes on when it comes back", async () => {
  const server = await registry();
  const device = registration(server.port, { renewMs: 20 });
  const kinds = firstValueFrom(
    device.state$.pipe(
      map(({ kind }) => kind),
      filter((kind, index) => index === 0 || kind !== "unreachable"),
      take(3),
      toArray(),
      timeout(DEADLINE_MS),
    ),
  );
  await reached(device, "registered");
  await server.close();
  const away = await reached(device, "unreachable");
  expect(away).toMatchObject({
    error: { message: expect.stringContaining(`udp://127.0.0.1:${server.port}`) },
  });

  const next = await registry({ port: server.port });
  await reached(device, "registered");

  expect(next.services.size).toBe(2);
  expect(await kinds).toEqual(["registering", "registered", "registered"]);
});

it("logs once that the registry is away, not at each attempt", async () => {
  const logger = listeningLogger();
  const device = registration(await closedPort(), { retryMs: 1, logger });
  await firstValueFrom(
    device.state$.pipe(
      filter(({ kind }) => kind === "unreachable"),
      take(3),
      toArray(),
      timeout(DEADLINE_MS),
    ),
  );

  expect(logger.lines).toEqual(["RPyC registration: the registry cannot be reached, trying again"]);
});

it("unregisters when it is closed, which may be done twice", async () => {
  const server = await registry();
  const device = registration(server.port);
  const states = firstValueFrom(device.state$.pipe(toArray()));
  await reached(device, "registered");

  await Promise.all([device.close(), device.close()]);

  expect(server.services.size).toBe(0);
  expect((await states).map(({ kind }) => kind)).toEqual(["registering", "registered", "closed"]);
});

it("closes where the registry is away, and says that it forgets by itself", async () => {
  const logger = listeningLogger();
  const device = registration(await closedPort(), { logger });

  await device.close();

  expect(device.state.kind).toBe("closed");
  expect(logger.lines).toEqual([
    "RPyC registration: a service could not be unregistered, the registry forgets it by itself",
  ]);
});

it("refuses names and ports that cannot be sent", () => {
  const client = new TcpRegistryClient({ host: "127.0.0.1" });
  expect(() => new RpycRegistration(client, { names: [], port: 7 })).toThrow(ValidationError);
  expect(() => new RpycRegistration(client, { names: ["cam-1"], port: 0 })).toThrow(ValidationError);
});
