import "reflect-metadata";
import {
  DEVICE_DIRECTORY,
  FleetModule,
  JsonMethod,
  MdnsModule,
  RegistryModule,
  RigApp,
  RpcService,
} from "rigwire";

@RpcService({ type: "bpod" })
class Bpod {
  @JsonMethod()
  ping(): string {
    return "pong";
  }
}

const [role = "", name = "", url = "tcp://*"] = process.argv.slice(2);
const mdns = () => MdnsModule.local({ serviceTypes: { "_bpod._tcp": "bpod" } });
function tell(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** What one computer does; each line that it prints is one result. */
const ROLES: Readonly<Record<string, () => Promise<void>>> = {
  async device() {
    const app = await new RigApp().use(mdns()).serve(Bpod, { name, url }).start();
    tell({ url: app.servers[0]?.url });
  },
  async caller() {
    const app = await new RigApp().use(mdns()).start();
    tell(await app.client(Bpod, name).ping());
  },
  async finder() {
    const app = await new RigApp().use(mdns()).start();
    const directory = app.resolve(DEVICE_DIRECTORY);
    for (;;) {
      const [found] = await directory.find({ name });
      if (found !== undefined) {
        tell(found);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },
  async registry() {
    await new RigApp()
      .use(RegistryModule.host({ url: "tcp://*:5555" }))
      .use(mdns())
      .start();
    tell("up");
  },
  async "registered-device"() {
    await new RigApp().use(RegistryModule.discover()).serve(Bpod, { name, url }).start();
    tell("up");
  },
  /** Beside a nats-server. */
  async "fleet-host"() {
    const app = new RigApp().use(MdnsModule.local({ broker: "nats://*/berlin" })).use(FleetModule.discover());
    await app.serve(Bpod, { name, url }).start();
    tell("up");
  },
  async "fleet-device"() {
    await new RigApp().use(FleetModule.discover()).serve(Bpod, { name, url }).start();
    tell("up");
  },
  async "fleet-caller"() {
    const app = await new RigApp().use(FleetModule.discover()).start();
    tell(await app.client(Bpod, name).ping());
    tell(await app.resolve(DEVICE_DIRECTORY).find({}));
  },
  async "registry-caller"() {
    const app = await new RigApp().use(RegistryModule.discover()).start();
    tell(await app.client(Bpod, name).ping());
  },
};

void ROLES[role]?.();
