import { join } from "node:path";
import { typeScriptProgram } from "./typescript-child";

describe("a wire that is cut while one end of it ends", () => {
  const program = typeScriptProgram(join(__dirname, "programs/cut-while-ending.ts"));

  it("does not keep its process", async () => {
    const child = program.start();

    expect(await child.next()).toBe("cut");
    expect(await child.ended).toEqual({ code: 0, signal: null });
  });
});
