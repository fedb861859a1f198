import { LocalServiceAdvertisement } from "../../../lib/advertisement/local-service-advertisement";

// Watches until the first service appears, prints its name, and has nothing left to do.

const subscription = LocalServiceAdvertisement.watch().subscribe(({ service }) => {
  process.stdout.write(`${JSON.stringify(service.serviceName)}\n`);
  subscription.unsubscribe();
});
process.stdout.write(`"watching"\n`);
