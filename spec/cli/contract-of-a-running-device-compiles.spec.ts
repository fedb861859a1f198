import { join, resolve } from "node:path";
import { serve } from "rigwire";
import ts from "typescript";
import { findPython, PythonPeer } from "../interop/python-peer";
import { closing } from "../support/closing";
import { commandLine } from "./support/command-line";
import { Thermometer } from "./support/thermometer";

const rigwire = commandLine();
const PROJECT = resolve(__dirname, "../..");

/** What the compiler has to say about some files, at its strictest. */
function complaints(files: readonly string[]): readonly string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    noImplicitOverride: true,
    isolatedModules: true,
    skipLibCheck: true,
    noEmit: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node20,
    types: ["node"],
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    paths: { rigwire: [join(PROJECT, "lib/index.ts")] },
  });
  const diagnostics = [...program.getSemanticDiagnostics(), ...program.getSyntacticDiagnostics()];
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

const USE = `
  import { connect } from "rigwire";
  import { ThermometerContract } from "./thermometer";

  export async function use(): Promise<void> {
    const oven = connect(ThermometerContract, "tcp://127.0.0.1:9");
    await oven.target.set(20.5);
    await oven.heatTo(80, "slowly");
    await oven.heatTo(80);
    const [bytes] = await oven.picture();
    const size: number = bytes.length;
    oven.rangeChanged.subscribe(([from, to]) => void (from + to + size));
    // @ts-expect-error It cannot be set.
    await oven.serial.set("8");
  }
`;

describe("the contract that is printed for a running device", () => {
  it("compiles at the strictest, and is used as the class of the device is; an original's as well", async () => {
    const { url } = closing(await serve(new Thermometer(), { name: "oven" }));
    const files = ["thermometer.ts", "use.ts"];
    const { code, stdout } = await rigwire.run("types", url);
    expect(code).toBe(0);
    rigwire.write("thermometer.ts", stdout);
    rigwire.write("use.ts", USE);

    const python = findPython(["zmq"]);
    if (python !== undefined) {
      const peer = closing(new ClosingPeer(python, "original_server.py"));
      const original = await rigwire.run("types", String(await peer.next()), "--class", "Original");
      expect(original.stdout).toContain("export abstract class Original {");
      expect(original.stdout).toContain('@BufferMethod({ wireName: "get_image", timeout: null })');
      expect(original.stdout).toContain('@RpcProperty({ notify: "modeChanged" })\n  abstract mode: string;');
      rigwire.write("original.ts", original.stdout);
      files.push("original.ts");
    }
    expect(complaints(files.map((file) => join(rigwire.folder, file)))).toEqual([]);
  }, 30_000);
});

class ClosingPeer extends PythonPeer {
  close(): Promise<void> {
    return this.end();
  }
}
