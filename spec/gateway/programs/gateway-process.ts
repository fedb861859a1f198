import "reflect-metadata";
import { createInterface } from "node:readline";
import { DeviceList } from "../../../lib/discovery/device-list";
import { type DeviceRecord } from "../../../lib/discovery/device-directory";
import { DeviceGateway } from "../../../lib/gateway/device-gateway";
// What registers the transports.
import "../../../lib/index";

/**
 * Opens a gateway in front of the devices that its first argument lists, with the page of the folder that its second
 * names, and prints where; tells its CPU for every line it reads.
 */
async function main(): Promise<void> {
  const devices = JSON.parse(process.argv[2] ?? "[]") as DeviceRecord[];
  const gateway = await DeviceGateway.open(new DeviceList(devices), {
    url: "http://127.0.0.1:0",
    login: "none",
    page: process.argv[3] ?? "/nonexistent",
  });
  createInterface({ input: process.stdin }).on("line", () => {
    process.stdout.write(`${JSON.stringify(process.cpuUsage())}\n`);
  });
  process.stdout.write(`${JSON.stringify(gateway.url)}\n`);
}

void main();
