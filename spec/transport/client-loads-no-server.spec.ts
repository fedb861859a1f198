import { serve } from "../../lib/index";
import { closing } from "../support/closing";
import { typeScriptProgram } from "../support/typescript-child";
import { Stage } from "./stage";

const program = typeScriptProgram(`${__dirname}/programs/loaded-modules.ts`);

describe("a client", () => {
  it("loads neither the server's side of its transport, nor what keys need", async () => {
    const server = closing(await serve(new Stage(), {}));
    const client = program.start([server.url]);
    const loaded = (await client.next()) as string[];

    expect(loaded).toContain("zeromq/dealer-connection");
    expect(
      loaded.filter((path) => /router-endpoint|zap|guard|reply-queue|request-intake/.test(path)),
    ).toEqual([]);
    expect(await client.ended).toEqual({ code: 0, signal: null });
  });
});
