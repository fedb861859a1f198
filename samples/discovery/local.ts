import { take } from "rxjs";
import { AdvertisementModule, LocalServiceAdvertisement, RigApp } from "rigwire";
import { Thermometer } from "./thermometer";

/** A device that other programs of this computer find without a registry: by a file in the user's runtime folder. */
async function main(): Promise<void> {
  const device = new RigApp()
    .use(AdvertisementModule.local())
    .serve(Thermometer, { name: "bench thermometer", properties: { serial: "T-0001" } });
  await device.start();

  for await (const service of LocalServiceAdvertisement.discover("thermometer", { serial: "T-0001" })) {
    console.log(`found ${service.serviceName} of process ${service.pid} at ${service.address}`);
  }

  // Another app, as it would run in another process.
  const reader = new RigApp().use(AdvertisementModule.local());
  await reader.start();
  const thermometer = reader.client(Thermometer);
  await new Promise<void>((resolve) => {
    thermometer.temperature.pipe(take(3)).subscribe({
      next: (celsius) => console.log(`${celsius.toFixed(2)} °C`),
      complete: resolve,
    });
  });
  await reader.close();
  await device.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
