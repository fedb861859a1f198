import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { transpile, TypeScriptChild } from "../support/typescript-child";

const PROJECT = join(__dirname, "../..");
const REGISTRY = "samples/registry/main";
const DEVICE = "samples/plant-scanner/device";
const COMMAND = "lib/cli/main";

/** On a machine that does other things as well, in milliseconds. */
const STARTED_WITHIN_MS = 40_000;

const SHEET = {
  file: join(PROJECT, "docs/images/plant-scan.jpg"),
  views: 12,
  columns: 6,
  margin: 15,
  across: 197.5,
  down: 367,
  width: 181,
  height: 324,
};

const KINDS = ["turntable", "camera", "controller"] as const;
type Kind = (typeof KINDS)[number];

interface Served {
  readonly child: TypeScriptChild;
  readonly url: string;
}

/** What `rigwire console` prints. */
export interface StartedConsole {
  readonly url: string;
  /** Lets one browser in, once. */
  readonly open: string;
  readonly child: TypeScriptChild;
}

/** The plant scanner as a rig has it: registry, turntable, camera and controller, each a process of its own. */
export class ScannerRig {
  readonly devices = new Map<Kind, Served>();
  private readonly children = new Set<TypeScriptChild>();

  private registry = "";

  private constructor(private readonly folder: string) {}

  /** @param page - The folder that the console's page was built into. */
  static async start(page: string): Promise<ScannerRig> {
    const folder = mkdtempSync(join(tmpdir(), "rigwire-scanner-"));
    symlinkSync(join(PROJECT, "node_modules"), join(folder, "node_modules"), "junction");
    // So that the samples find this very lib as the package that they import, and the command its page.
    writeFileSync(join(folder, "package.json"), '{ "name": "rigwire", "exports": "./lib/index.js" }');
    cpSync(page, join(folder, "build/console"), { recursive: true });
    const done = new Set<string>();
    for (const program of [REGISTRY, DEVICE, COMMAND]) {
      transpile(join(PROJECT, `${program}.ts`), folder, done);
    }
    mkdirSync(join(folder, "scans"));
    const rig = new ScannerRig(folder);
    try {
      rig.registry = addressOf(await rig.run(REGISTRY, ["--port", "0"]).nextLine(STARTED_WITHIN_MS));
      await cutViews(join(folder, "photographs"));
      await Promise.all(KINDS.map((kind) => rig.serve(kind)));
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  /** Where scans are stored. */
  get scans(): string {
    return join(this.folder, "scans");
  }

  /** Starts a device; one that was killed is back with it, at another port. */
  async serve(kind: Kind): Promise<void> {
    const photographs = kind === "camera" ? ["--images", join(this.folder, "photographs")] : [];
    const child = this.run(DEVICE, [kind, "--registry", this.registry, ...photographs]);
    this.devices.set(kind, { child, url: addressOf(await child.nextLine(STARTED_WITHIN_MS)) });
  }

  /** Ends a device as a power cut would. */
  async kill(kind: Kind): Promise<void> {
    const child = this.devices.get(kind)?.child;
    child?.signal("SIGKILL");
    await child?.ended;
  }

  urlOf(kind: Kind): string {
    return this.devices.get(kind)?.url ?? "";
  }

  /** `rigwire console`, with further options. */
  async console(...options: readonly string[]): Promise<StartedConsole> {
    const args = ["console", "--json", "--registry", this.registry, ...options];
    const child = this.run(COMMAND, options.includes("--port") ? args : [...args, "--port", "0"]);
    const { url, open } = JSON.parse(await child.nextLine(STARTED_WITHIN_MS)) as Pick<
      StartedConsole,
      "url" | "open"
    >;
    return { url, open, child };
  }

  async close(): Promise<void> {
    for (const child of this.children) child.signal("SIGKILL");
    await Promise.all([...this.children].map((child) => child.ended));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(program: string, args: readonly string[]): TypeScriptChild {
    const child = new TypeScriptChild(join(this.folder, `${program}.js`), args, {
      RIGWIRE_LOG: "silent",
      XDG_RUNTIME_DIR: this.folder,
      RIGWIRE_REGISTRY: "",
      NODE_OPTIONS: "",
    });
    this.children.add(child);
    return child;
  }
}

/** Twelve views of a plant, as they stand on a sheet: to render them takes a busy machine minutes. */
async function cutViews(folder: string): Promise<void> {
  mkdirSync(folder);
  const { width, height, across, down, columns } = SHEET;
  for (let view = 0; view < SHEET.views; view++) {
    const left = SHEET.margin + Math.round(across * (view % columns));
    const top = SHEET.margin + down * Math.floor(view / columns);
    await sharp(SHEET.file)
      .extract({ left, top, width, height })
      .toFile(join(folder, `${view}.jpg`));
  }
}

/** Of a line `ready NAME URL`. */
function addressOf(line: string): string {
  const [word, , url] = line.split(" ");
  if (word !== "ready" || url === undefined) throw new Error(`a program was not ready: ${line}`);
  return url;
}
