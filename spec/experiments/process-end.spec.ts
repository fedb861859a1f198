import { join } from "node:path";
import { typeScriptProgram } from "../support/typescript-child";

describe("a process that closed its communicators", () => {
  const program = typeScriptProgram(join(__dirname, "programs/closed-communicators.ts"));

  it.each(["udp", "tcp"])("ends by itself, whatever still waited over %s", async (scheme) => {
    const child = program.start([scheme], { RIGWIRE_LOG: "silent" });
    expect(await child.next()).toEqual(["rejected", "rejected"]);
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
