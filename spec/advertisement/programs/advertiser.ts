import { LocalServiceAdvertisement } from "../../../lib/advertisement/local-service-advertisement";

// Advertises a service in the folder that the environment names, prints its file, and ends as it is told to.

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

function tell(message: unknown): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function listeners(): number {
  return [...SIGNALS, "exit"].reduce((sum, event) => sum + process.listenerCount(event), 0);
}

function stay(): void {
  setInterval(() => undefined, 60_000);
}

const way = process.argv[2];
let survived = 0;
const before = listeners();
const advertisement = new LocalServiceAdvertisement({
  serviceName: "child",
  serviceType: "bpod",
  address: "tcp://127.0.0.1:1",
});
tell(advertisement.serviceFile);

switch (way) {
  case "end":
    break;
  case "exit":
    process.exit(3);
    break;
  case "throw":
    throw new Error("on purpose");
  case "handle":
    process.on("SIGTERM", () => setImmediate(() => process.exit(5)));
    stay();
    break;
  case "survive":
    process.on("SIGHUP", () => setImmediate(() => tell({ survived: ++survived })));
    stay();
    break;
  case "last":
    // As libraries do that clean up at exit: whoever is alone with a signal lets it end the process.
    process.on("SIGTERM", function end() {
      if (process.listenerCount("SIGTERM") > 1) return;
      process.off("SIGTERM", end);
      process.kill(process.pid, "SIGTERM");
    });
    stay();
    break;
  case "close": {
    const open = listeners();
    const second = new LocalServiceAdvertisement({ serviceName: "2", serviceType: "bpod", address: "x" });
    const two = listeners();
    advertisement[Symbol.dispose]();
    second[Symbol.dispose]();
    tell({ before, open: open - before, two: two - before, closed: listeners() - before });
    break;
  }
  case "again": {
    // The folders come and go with each, also under the feet of another process that does the same.
    advertisement[Symbol.dispose]();
    for (let time = 0; time < 500; time++) {
      new LocalServiceAdvertisement({ serviceName: "n", serviceType: "bpod", address: "x" })[
        Symbol.dispose
      ]();
    }
    tell("done");
    break;
  }
  default:
    stay();
}
