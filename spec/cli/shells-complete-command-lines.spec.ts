import { spawn, spawnSync } from "node:child_process";
import { commandLine } from "./support/command-line";

const rigwire = commandLine();

const OVEN = `
  import { Subject } from "rxjs";
  import { JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";

  @RpcService({ type: "oven" })
  export class Oven {
    @Signal(Number) readonly targetChanged = new Subject<number>();
    @RpcProperty({ notify: "targetChanged", description: "in degrees: Celsius" }) target: number = 20;
    @JsonMethod() heat(degrees: number): void { this.target = degrees; }
  }
`;

/** How a shell is asked what it offers at the end of LINE, by the script that rigwire prints for it. */
const ASKED: Readonly<Record<string, string>> = {
  bash: `
    rigwire() { "$NODE" "$PROGRAM" "$@"; }
    source /dev/stdin <<< "$(rigwire completion bash)"
    COMP_LINE="$LINE" COMP_POINT=\${#LINE} _rigwire
    printf '%s\\n' "\${COMPREPLY[@]}"
  `,
  zsh: `
    rigwire() { "$NODE" "$PROGRAM" "$@"; }
    compdef() { :; }
    _describe() { print -rl -- "\${(@P)2}"; }
    source <(rigwire completion zsh)
    words=(\${(z)LINE}) CURRENT=\${#words}
    _rigwire
  `,
  fish: `
    function rigwire; "$NODE" "$PROGRAM" $argv; end
    rigwire completion fish | source
    complete -C "$LINE"
  `,
};

async function offered(shell: string, line: string): Promise<string> {
  const env = { ...rigwire.env, NODE: process.execPath, PROGRAM: rigwire.program, LINE: line };
  const asked = spawn(shell, ["-c", ASKED[shell] ?? ""], {
    env,
    cwd: rigwire.folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let stdout = "";
  asked.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  await new Promise((resolve) => asked.once("close", resolve));
  return stdout.trim();
}

async function serveOven(name: string): Promise<void> {
  rigwire.write("oven.ts", OVEN);
  await rigwire.start("serve", "oven.ts", "--name", name, "--json").line();
}

describe("a command line", () => {
  it("is completed with commands, options, devices and their members", async () => {
    await serveOven("oven-1");
    const lines = [
      ["se"],
      ["--v"],
      ["devices", "--ty"],
      ["get", "ov"],
      ["call", "oven-1", ""],
      ["watch", "--local", "oven-1", "t"],
      ["call", "oven-1", "heat", "--keys", ""],
    ];
    const results = await Promise.all(lines.map((words) => rigwire.run("__complete", "--", ...words)));
    expect(results.map(({ stdout }) => stdout.split("\n").map((line) => line.split("\t")[0]))).toEqual([
      ["set", "settings", "serve", ""],
      ["--version", ""],
      ["--type", ""],
      ["oven-1", ""],
      ["heat", ""],
      ["targetChanged", ""],
      [""],
    ]);
  });

  const shells = [
    { shell: "bash", told: "target" },
    { shell: "zsh", told: "target:in degrees: Celsius" },
    { shell: "fish", told: "target\tin degrees: Celsius" },
  ];
  for (const { shell, told } of shells) {
    const isThere = spawnSync(shell, ["-c", "true"]).status === 0;
    const test = isThere ? it : it.skip;
    test(`is completed by ${shell}${isThere ? "" : " (skipped: it is not installed here)"}`, async () => {
      await serveOven("big oven");
      expect(await offered(shell, "rigwire get big\\ oven ta")).toBe(told);
    });
  }
});
