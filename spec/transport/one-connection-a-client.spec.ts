import { serve } from "rigwire";
import { RpcClient } from "../../lib/client/rpc-client";
import { closing } from "../support/closing";
import { Stage } from "./stage";

it("a client that is used as soon as it begins to connect connects once", async () => {
  const server = closing(await serve(new Stage()));
  let searches = 0;
  const locate = () => {
    searches += 1;
    return Promise.resolve(server.url);
  };
  const client = closing(new RpcClient(locate, server.contract));
  const asked: Promise<unknown>[] = [];
  client.state$.subscribe(({ kind }) => {
    if (kind === "connecting" && asked.length === 0) asked.push(client.inventory());
  });

  await client.inventory();
  await Promise.all(asked);

  expect(asked).toHaveLength(1);
  expect(searches).toBe(1);
});
