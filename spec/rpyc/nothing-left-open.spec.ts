import { getActiveResourcesInfo } from "node:process";
import { firstValueFrom, filter } from "rxjs";
import { RpycRegistration } from "../../lib/rpyc/client/rpyc-registration";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { TcpRegistryServer } from "../../lib/rpyc/server/tcp-registry-server";
import { UdpRegistryClient } from "../../lib/rpyc/client/udp-registry-client";
import { UdpRegistryServer } from "../../lib/rpyc/server/udp-registry-server";
import { eventually } from "../support/eventually";

const openSockets = () => getActiveResourcesInfo().filter((kind) => /TCP|UDP/.test(kind));

it.each([
  ["UDP", UdpRegistryServer.listen.bind(UdpRegistryServer), UdpRegistryClient],
  ["TCP", TcpRegistryServer.listen.bind(TcpRegistryServer), TcpRegistryClient],
])("leaves no socket over %s open when all is closed", async (_, listen, Client) => {
  // Specs that ran before in this process may have left some; those can only become fewer.
  const before = openSockets().length;
  const server = await listen({ host: "127.0.0.1", port: 0 });
  const client = new Client({ host: "127.0.0.1", port: server.port });
  const device = new RpycRegistration(client, { names: ["cam-1"], port: 7 });
  await firstValueFrom(device.state$.pipe(filter(({ kind }) => kind === "registered")));
  await client.discover("cam-1");
  expect(openSockets().length).toBeGreaterThan(before);

  await device.close();
  await server.close();

  await eventually("all of them are closed", () => openSockets().length <= before);
});
