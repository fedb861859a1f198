import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Subscription } from "rxjs";

import { LocalServiceAdvertisement } from "../../lib/advertisement/local-service-advertisement";
import { type WatchOptions } from "../../lib/advertisement/service-watch";
import { eventually } from "../support/eventually";
import { typeScriptProgram } from "../support/typescript-child";
import { RuntimeFolder } from "./runtime-folder";

/** So long that no test sees it: what is told then, is told because the system reported it. */
const NEVER_MS = 600_000;

describe("a watch", () => {
  const advertiser = typeScriptProgram(join(__dirname, "programs/advertiser.ts"));
  const watcher = typeScriptProgram(join(__dirname, "programs/watcher.ts"));
  let runtime: RuntimeFolder;
  let told: string[];
  let subscriptions: Subscription[];

  beforeEach(() => {
    runtime = new RuntimeFolder();
    told = [];
    subscriptions = [];
  });

  afterEach(() => {
    for (const subscription of subscriptions) subscription.unsubscribe();
    runtime.remove();
  });

  function watch(type?: string, options: WatchOptions = {}): Subscription {
    const subscription = LocalServiceAdvertisement.watch(type, {
      folder: runtime.advertisements,
      rescanMs: NEVER_MS,
      ...options,
    }).subscribe(({ kind, service }) => told.push(`${kind} ${service.serviceName}`));
    subscriptions.push(subscription);
    return subscription;
  }

  function advertise(serviceName: string, serviceType = "bpod"): LocalServiceAdvertisement {
    return new LocalServiceAdvertisement(
      { serviceName, serviceType, address: "tcp://127.0.0.1:1" },
      { folder: runtime.advertisements },
    );
  }

  const isTold = (...events: readonly string[]) =>
    eventually(events.join(", "), () => events.every((event) => told.includes(event)));

  it("tells first what is there", async () => {
    await whileOpen(advertise("a"), async () => {
      watch("bpod");
      await isTold("added a");
    });
  });

  it.each([
    ["of a type", "bpod"],
    ["of every type", undefined],
  ])(
    "tells services %s as they appear and disappear, in a folder that comes and goes",
    async (_case, type) => {
      watch(type);
      for (const name of ["a", "b", "c"]) {
        const service = advertise(name);
        await isTold(`added ${name}`);
        await service.close();
        await isTold(`removed ${name}`);
        expect(existsSync(runtime.advertisements)).toBe(false);
      }
      expect(told).toEqual(["added a", "removed a", "added b", "removed b", "added c", "removed c"]);
    },
  );

  it("waits for a runtime directory that is not there either", async () => {
    rmSync(runtime.path, { recursive: true });
    watch();

    await whileOpen(advertise("a"), () => isTold("added a"));
    await isTold("removed a");
  });

  it("tells services of its type only", async () => {
    watch("bpod");
    const [other, wanted] = [advertise("other", "camera"), advertise("wanted")];
    await isTold("added wanted");
    await Promise.all([other.close(), wanted.close()]);
    await isTold("removed wanted");

    expect(told).toEqual(["added wanted", "removed wanted"]);
  });

  it("tells many that come at once, each once", async () => {
    watch();
    const services = Array.from({ length: 50 }, (_, index) => advertise(`s${index}`, `type${index % 5}`));
    await eventually("all were told", () => told.length >= 50);
    await Promise.all(services.map((service) => service.close()));
    await eventually("all are gone", () => told.length >= 100);

    expect(new Set(told).size).toBe(100);
    expect(told).toHaveLength(100);
  });

  it("tells an advertisement that changes as another", async () => {
    const fields = { uuid: "6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11" };
    runtime.advertise({ ...fields, service_name: "before" });
    watch("bpod");
    await isTold("added before");

    runtime.advertise({ ...fields, service_name: "after" });

    await isTold("added after");
    expect(told).toEqual(["added before", "removed before", "added after"]);
  });

  it("does not tell what is there, where that is not wanted", async () => {
    const there = advertise("there");
    watch("bpod", { includeExisting: false });
    const added = advertise("added");
    await isTold("added added");
    await there.close();
    await isTold("removed there");
    await added.close();

    expect(told.slice(0, 2)).toEqual(["added added", "removed there"]);
  });

  it("notices a crashed process at the next look, and cleans up", async () => {
    watch("bpod", { rescanMs: 20 });
    const child = advertiser.start(["stay"], { XDG_RUNTIME_DIR: runtime.path });
    const file = String(await child.next());
    await isTold("added child");

    child.signal("SIGKILL");

    await isTold("removed child");
    expect(existsSync(file)).toBe(false);
  });

  it("is not disturbed by what is none of it", async () => {
    writeFileSync(runtime.advertisements, "a file");
    watch();
    rmSync(runtime.advertisements);
    runtime.write("bpod", "broken.json", "{");

    await whileOpen(advertise("a"), () => isTold("added a"));
    await isTold("removed a");
  });

  it("keeps its process alive until its subscription ends, and no longer", async () => {
    const child = watcher.start([], { XDG_RUNTIME_DIR: runtime.path });
    expect(await child.next()).toBe("watching");

    await whileOpen(advertise("a"), async () => {
      expect(await child.next()).toBe("a");
      expect(await child.ended).toEqual({ code: 0, signal: null });
    });
  });

  it("tells nothing after the end of its subscription", async () => {
    const ended = watch("bpod");
    ended.unsubscribe();
    const later: string[] = told;
    told = [];
    watch("bpod");

    await whileOpen(advertise("a"), () => isTold("added a"));
    await isTold("removed a");
    expect(later).toEqual([]);
  });
});

async function whileOpen(service: LocalServiceAdvertisement, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } finally {
    await service.close();
  }
}
