import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { IsIn, IsInt, IsOptional, Length, Max, Min } from "class-validator";
import {
  Arg,
  arrayOf,
  enumOf,
  Integer,
  JsonMethod,
  RpcProperty,
  RpcService,
  serve,
  Signal,
  tupleOf,
} from "rigwire";
import { Subject } from "rxjs";
import { describeWithPython, type PythonPeer } from "../interop/python-peer";
import { closing } from "../support/closing";
import { LargeDevice } from "../transport/conformance/large-device";
import { commandLine } from "./support/command-line";

class Step {
  @IsInt() @Min(0) @Max(100) target: number = 0;
  @IsOptional() @Length(1, 20) note?: string;
}

/** A device that says of its values whatever can be said. */
@RpcService({ type: "stage" })
class Stage {
  @Signal(Number, { unit: "mm", precision: 2 }) readonly moved = new Subject<number>();

  @RpcProperty({
    unit: "mm/s",
    precision: 2,
    warn: [1, 15],
    description: "how fast it moves, as set by whoever came last",
  })
  @Min(0.1)
  @Max(20)
  speed: number = 2.5;

  @RpcProperty() @IsIn(["up", "down"]) direction: string = "up";

  @RpcProperty({ choices: ["1", "2"] }) port: string = "1";

  @RpcProperty({ type: tupleOf(Integer, Integer), unit: "px" })
  @Min(1, { each: true })
  @Max(4_000, { each: true })
  resolution: [number, number] = [640, 480];

  @RpcProperty({ type: arrayOf(Number), unit: "mm", precision: 1 }) limits: number[] = [0.25, 99];

  @JsonMethod({
    returns: Number,
    progress: Number,
    unit: "mm",
    precision: 3,
    description: "moves to a place",
  })
  async *moveTo(
    @Arg("target", { unit: "mm", min: 0, max: 100, description: "from the home position" }) target: number,
    @Arg("pace", { type: enumOf(["slowly", "fast"]), optional: true }) pace?: string,
  ): AsyncGenerator<number, number> {
    yield pace === "fast" ? target : 0;
    await Promise.resolve();
    return target;
  }

  @JsonMethod() light(
    @Arg("lamp") lamp: number,
    @Arg("colours", { choices: ["red", "blue"] }) ...colours: string[]
  ): string {
    return `${lamp}: ${colours.join(", ")}`;
  }

  @JsonMethod({ returns: arrayOf(Step) }) steps(): Step[] {
    return [];
  }
}

const rigwire = commandLine({ TERM: "xterm" });

async function served() {
  const device = new Stage();
  const { url } = closing(await serve(device, { name: "stage" }));
  return { device, url };
}

@RpcService({ type: "lamp" })
class Lamp {
  @RpcProperty({ persist: true }) brightness: number = 3;
  @RpcProperty() isOn: boolean = false;
}

describe("A property whose value outlives the device's process", () => {
  it("is inspected as such, and no other is", async () => {
    const settingsFolder = mkdtempSync(join(tmpdir(), "rigwire-settings-"));
    closing({ close: () => rmSync(settingsFolder, { recursive: true }) });
    const { url } = closing(await serve(new Lamp(), { name: "lamp", settingsFolder }));

    const [{ stdout }, json] = await Promise.all([
      rigwire.run("inspect", url),
      rigwire.run("inspect", url, "--json"),
    ]);

    expect(stdout).toMatch(/brightness +3 +number +kept across restarts/);
    expect(stdout.match(/kept across restarts/g)).toHaveLength(1);
    const { properties } = JSON.parse(json.stdout) as { properties: { name: string; persist?: boolean }[] };
    expect(properties.map(({ name, persist }) => [name, persist])).toEqual([
      ["brightness", true],
      ["isOn", undefined],
    ]);
  });
});

describe("A contract of 200 members", () => {
  it("is inspected, exported and compared as if it were told in one piece", async () => {
    const { url } = closing(await serve(new LargeDevice(), { name: "large" }));
    const [inspected, exported, compared] = await Promise.all([
      rigwire.run("inspect", url),
      rigwire.run("types", url, "--as", "inventory"),
      rigwire.run("diff", url, url),
    ]);
    expect(inspected.stdout).toContain("moveAxis78(target: number 0…100 mm, pace?: number 0.1…20 mm/s)");
    expect(exported.stdout).toContain('"moveAxis78"');
    const { members } = (JSON.parse(exported.stdout) as { rigwire: { members: object } }).rigwire;
    expect(Object.keys(members)).toHaveLength(200);
    expect([compared.code, compared.stderr]).toEqual([0, ""]);
  });
});

describe("What a contract says beyond types", () => {
  it("is inspected: units, ranges, choices, results, the fields of classes", async () => {
    const { url } = await served();
    const { stdout } = await rigwire.run("inspect", url);
    expect(stdout.split("\n").slice(1)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('moveTo(target: number 0…100 mm, pace?: "slowly" | "fast") → number mm'),
        expect.stringContaining("progress: number mm; moves to a place; target: from the home position"),
        expect.stringMatching(/speed +2\.50 mm\/s +number 0\.1…20 mm\/s, look outside 1…15 +how fast/),
        expect.stringContaining('string one of "up", "down"'),
        expect.stringContaining("[integer, integer] px, each 1…4000"),
        expect.stringContaining('light(lamp: number, ...colours: "red" | "blue")'),
        expect.stringContaining("steps() → Step[]"),
        expect.stringContaining("moved(number mm)"),
        "classes",
        expect.stringContaining("Step  target: integer 0…100, note?: string 1…20 characters"),
      ]),
    );
  });

  it("is told to programs as JSON Schema", async () => {
    const { url } = await served();
    const { stdout } = await rigwire.run("inspect", url, "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      properties: expect.arrayContaining([
        expect.objectContaining({
          name: "speed",
          schema: expect.objectContaining({ maximum: 20 }),
          value: 2.5,
        }),
      ]),
      definitions: { Step: { properties: { target: { maximum: 100 } } } },
    });
  });

  it("comes with values: digits and units in tables and signals, none in a value alone, for scripts, and in JSON", async () => {
    const { url, device } = await served();
    const watch = rigwire.start("watch", url, "moved", "--count", "1");
    await watch.note();
    device.moved.next(1.005);
    const [one, all, json, set] = await Promise.all([
      rigwire.run("get", url, "speed"),
      rigwire.run("get", url),
      rigwire.run("get", url, "speed", "--json"),
      rigwire.run("set", url, "limits", "[1, 2]"),
    ]);
    expect(one.stdout).toBe("2.5\n");
    expect(all.stdout).toContain("speed       2.50 mm/s\n");
    expect(json.stdout).toMatch(
      /^\{"property":"speed","value":2\.5,"time":"\d{4}-.*Z","uncertaintyMs":\d[\d.]*,"quality":"good"\}\n$/,
    );
    expect(set.stdout).toBe("limits = [1.0, 2.0] mm\n");
    expect((await watch.ended).stdout).toMatch(/moved {2}1\.0\d mm\n$/);
  });

  it("refuses a wrong choice before anything is sent, with the choices", async () => {
    const { url, device } = await served();
    const [property, argument, keyword, right] = await Promise.all([
      rigwire.run("set", url, "direction", "dawn"),
      rigwire.run("call", url, "moveTo", "5", "fastest"),
      rigwire.run("call", url, "moveTo", "5", "--kw", "pace=7"),
      rigwire.run("set", url, "port", "2"),
    ]);
    expect(property).toEqual({
      code: 2,
      stdout: "",
      stderr:
        'rigwire: stage.direction: "dawn" is none of its choices (did you mean down?): it takes up, down\n',
    });
    expect(argument).toMatchObject({ code: 2, stderr: expect.stringContaining("stage.moveTo: pace:") });
    expect(keyword).toMatchObject({ code: 2, stderr: expect.stringContaining("it takes slowly, fast") });
    expect(right).toMatchObject({ code: 0, stdout: 'port = "2"\n' });
    expect(device.direction).toBe("up");
  });

  it("completes choices", async () => {
    const { url } = await served();
    const results = await Promise.all([
      rigwire.run("__complete", "--", "set", url, "direction", ""),
      rigwire.run("__complete", "--", "call", url, "moveTo", "5", "s"),
      rigwire.run("__complete", "--", "call", url, "moveTo", ""),
      rigwire.run("__complete", "--", "call", url, "light", "1", "red", "b"),
      rigwire.run("__complete", "--", "settings", url, ""),
    ]);
    expect(results.map(({ stdout }) => stdout)).toEqual([
      "up\t\ndown\t\n",
      "slowly\t\n",
      "",
      "blue\t\n",
      "save\t\ndiff\t\napply\t\n",
    ]);
  });
});

describeWithPython([], "On a terminal of 80 columns", (python) => {
  it("all that a contract says is seen: lines are wrapped, and nothing is cut", async () => {
    const { url } = await served();
    const args = ["80", "60", process.execPath, rigwire.program, "inspect", url];
    const env = Object.fromEntries(
      Object.entries(rigwire.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    const peer = python.start("../../cli/python/terminal.py", args, { env });
    const lines = stripVTControlCharacters(await printedBy(peer)).split(/\r?\n/);
    expect(lines.filter((line) => Array.from(line).length > 80)).toEqual([]);
    const words = lines.join(" ").replaceAll(/\s+/g, " ");
    for (const said of [
      'moveTo(target: number 0…100 mm, pace?: "slowly" | "fast") → number mm',
      "progress: number mm; moves to a place; target: from the home position",
      "number 0.1…20 mm/s, look outside 1…15",
      "how fast it moves, as set by whoever came last",
    ]) {
      expect(words).toContain(said);
    }
  });
});

async function printedBy(peer: PythonPeer): Promise<string> {
  let text = "";
  for (;;) {
    const told = (await peer.next()) as { readonly text?: string; readonly ended?: number };
    if (told.ended !== undefined) return text;
    text += told.text ?? "";
  }
}
