import { RigApp, RpycRegistryModule, UdpRegistryServer } from "rigwire";
import { Thermometer } from "./thermometer";

/** A device in an RPyC registry: the one here, or one that runs already (`-- HOST [PORT]`). */
async function main(host: string | undefined, port: string | undefined): Promise<void> {
  const registry =
    host === undefined ? await UdpRegistryServer.listen({ host: "127.0.0.1", port: 0 }) : undefined;
  const address = { host: host ?? "127.0.0.1", port: registry?.port ?? Number(port ?? 18_811) };
  registry?.onServiceAdded$.subscribe((service) => {
    console.log(`registered ${service.name} at ${service.address.host}:${service.address.port}`);
  });

  const device = new RigApp().use(RpycRegistryModule.udp(address)).serve(Thermometer, { name: "bench" });
  await device.start();
  const reader = new RigApp().use(RpycRegistryModule.udp(address));
  await reader.start();
  console.log(`serial ${await reader.client(Thermometer, "bench").serial.get()}`);

  await reader.close();
  await device.close();
  await registry?.close();
}

const [host, port] = process.argv.slice(2);
main(host, port).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
