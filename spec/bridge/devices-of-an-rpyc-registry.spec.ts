import { clientOf, connect, serve } from "rigwire";
import { FleetBridge } from "../../lib/bridge/fleet-bridge";
import { RpycDirectory } from "../../lib/rpyc/client/rpyc-directory";
import { TcpRegistryClient } from "../../lib/rpyc/client/tcp-registry-client";
import { Stage } from "../gateway/stage";
import { describeWithPython } from "../interop/python-peer";
import { silent } from "../registry/loopback-registry";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { describeWithNats, NatsServer } from "../support/nats-server";

const HOST = "127.0.0.1";

describeWithNats("a bridge in front of rpyc's own registry", () => {
  let nats: NatsServer;

  beforeAll(async () => {
    nats = await NatsServer.start();
  });
  afterAll(() => nats.close());

  describeWithPython(["rpyc"], "with a device in it", (python) => {
    it("brings the device to the fleet, where it is called by its name", async () => {
      const registry = python.start("rpyc_registry_server.py", ["tcp", HOST, "240", "listing"]);
      const { port } = (await registry.next()) as { port: number };
      const client = new TcpRegistryClient({ host: HOST, port });
      const server = closing(
        await serve(new Stage(), { name: "stage-1", url: `tcp://${HOST}`, logger: silent }),
      );
      await client.register(["stage-1"], Number(new URL(server.url).port));
      const brought: string[] = [];
      const directory = new RpycDirectory(client, { logger: silent });
      closing(
        new FleetBridge(directory, `${nats.url}/berlin`, { logger: silent }, ({ kind, name }) =>
          brought.push(`${kind} ${name}`),
        ),
      );
      await eventually("the device is in the fleet", () => brought.length > 0, 12_000);
      const [, name = ""] = brought[0]?.split("/") ?? [];

      const stage = connect(Stage, `${nats.url}/berlin/${name}`, { timeoutMs: 8_000, logger: silent });
      closing(clientOf(stage));
      expect(brought).toEqual(["added berlin/stage-1"]);
      expect(await stage.double(21)).toBe(42);
    }, 20_000);
  });
});
