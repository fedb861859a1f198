import { existsSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();

const STEP = `export const STEP: number = 5;\n`;
const STAGE = `
import { Arg, JsonMethod, RpcService } from "rigwire";
import { STEP } from "./step.js";
@RpcService()
export class Stage {
  @JsonMethod() step(@Arg("times") times: number): number { return STEP * times; }
}
`;

it("a TypeScript file is served with what it imports as .js, and its types are checked", async () => {
  rigwire.write("step.ts", STEP);
  rigwire.write("stage.ts", STAGE);
  const serving = rigwire.start("serve", "stage.ts", "--json");
  const { url } = JSON.parse(await serving.line()) as { url: string };

  expect(await rigwire.run("call", url, "step", "3")).toMatchObject({ code: 0, stdout: "15\n" });
  expect((await rigwire.run("call", url, "step", '"a"')).stderr).toContain("times: expected number");
  serving.signal();
  expect((await serving.ended).code).toBe(0);
});

describe("a file that exports no device", () => {
  it("is not run where it exports nothing", async () => {
    rigwire.write("program.cjs", 'require("node:fs").writeFileSync("was-run-1", "");');
    const { code, stderr } = await rigwire.run("serve", "program.cjs");

    expect(code).toBe(2);
    expect(stderr).toMatch(/program\.cjs exports nothing, and was not run/);
    expect(existsSync(join(rigwire.folder, "was-run-1"))).toBe(false);
  });

  it("is not run before that is said", async () => {
    rigwire.write("tool.cjs", 'exports.tool = 1; process.stderr.write("it runs\\n");');
    const { code, stderr } = await rigwire.run("serve", "tool.cjs");

    expect(code).toBe(2);
    expect(stderr).toMatch(
      /tool\.cjs shows no exported class with @RpcService\(\): it is run.*\n(.*\n)*it runs\n/,
    );
  });
});
