import { clientOf, connect, ContractError, JsonMethod, RpcService, serve, setHealth } from "../../lib/index";
import { memoryUrl } from "../../lib/testing";
import { openGateway } from "../gateway/open-gateway";
import { closing } from "../support/closing";
import { deferred } from "../../lib/time/deferred";
import { OriginalLookalike } from "../support/original-lookalike";
import { RecordingLogger } from "../support/recording-logger";

@RpcService()
class Lamp {
  readonly burning = deferred();

  constructor() {
    setHealth(this, { serving: false, reason: "it warms up" });
  }

  @JsonMethod() async burn(): Promise<void> {
    await this.burning.promise;
  }

  @JsonMethod({ concurrent: true }) isThere(): boolean {
    return true;
  }
}

const logger = new RecordingLogger();

function clientAt(url: string) {
  const remote = connect(Lamp, url, { logger });
  return { remote, client: closing(clientOf(remote)) };
}

it("a device says that it cannot do its work, and that it can again", async () => {
  const lamp = new Lamp();
  const server = closing(await serve(lamp, { url: memoryUrl(), logger }));
  const { client } = clientAt(server.url);

  expect(await client.health()).toEqual({ serving: false, reason: "it warms up" });
  setHealth(lamp, { serving: true });
  expect(await client.health()).toEqual({ serving: true });
  expect(server.health).toEqual({ serving: true });
});

it("the answer comes through a gateway as it is", async () => {
  const server = closing(await serve(new Lamp(), { url: "tcp://127.0.0.1", name: "lamp", logger }));
  const { at } = await openGateway([{ name: "lamp", type: "lamp", url: server.url }]);
  const { client } = clientAt(at("lamp"));

  expect(await client.health()).toEqual({ serving: false, reason: "it warms up" });
  expect((await client.stats()).members.map(({ member }) => member)).toEqual(["burn", "isThere"]);
});

it("a device whose server drains does not serve", async () => {
  const lamp = new Lamp();
  setHealth(lamp, { serving: true });
  const server = closing(await serve(lamp, { url: memoryUrl(), logger }));
  const { remote, client } = clientAt(server.url);
  await remote.isThere();
  const burning = remote.burn();
  await remote.isThere();
  const drained = server.drain();

  expect(await client.health()).toEqual({ serving: false, reason: "the server is closing" });
  lamp.burning.resolve();
  await Promise.allSettled([burning, drained]);
});

it("of an original nobody knows, whatever it answers", async () => {
  const original = await OriginalLookalike.open({ methods: { burn: 1 } });
  const { client } = clientAt(original.url);

  await expect(client.health()).rejects.toThrow(ContractError);
});
