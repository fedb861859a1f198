import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtConsole } from "../../console/opened-console";
import { RawBrowser } from "../../gateway/raw-browser";
import { eventually } from "../../support/eventually";
import { type TypeScriptChild, typeScriptProgram } from "../../support/typescript-child";
import { fourCornersFile } from "../imaging/four-corners";

const SAMPLE = join(__dirname, "../../../samples/plant-scanner");
const program = typeScriptProgram(join(SAMPLE, "main.ts"), join(SAMPLE, "device.ts"));

/** On a machine that does other things as well, in milliseconds. */
const STARTED_WITHIN_MS = 40_000;

const DEVICES = ["camera", "controller", "turntable"];

let images: string;

beforeAll(async () => {
  const built = await builtConsole();
  mkdirSync(join(program.folder, "build"));
  cpSync(built, join(program.folder, "build/console"), { recursive: true });
  rmSync(built, { recursive: true, force: true });
  images = mkdtempSync(join(tmpdir(), "rigwire-images-"));
  writeFileSync(join(images, "1.jpg"), await fourCornersFile("jpeg"));
}, 120_000);

afterAll(() => rmSync(images, { recursive: true, force: true }));

/** The rig with its console at a free port, and the address that it printed. */
async function startRig(): Promise<{ rig: TypeScriptChild; address: URL }> {
  const rig = program.start(["--images", images, "--views", "3", "--console", "0"], {
    RIGWIRE_LOG: "silent",
    NODE_OPTIONS: "",
  });
  for (;;) {
    const line = await rig.nextLine(STARTED_WITHIN_MS);
    const [, address] = /^console at (\S+);/.exec(line) ?? [];
    if (address !== undefined) return { rig, address: new URL(address) };
  }
}

/** The processes that a process has started. */
function startedBy(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it("the rig stays with its console, which the printed address opens, until Ctrl-C ends all of it", async () => {
  const { rig, address } = await startRig();
  const processes = startedBy(rig.pid);
  expect(processes.filter(isRunning)).toHaveLength(DEVICES.length);

  const login = await fetch(address, { redirect: "manual" });
  const cookie = login.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const page = await fetch(address.origin, { headers: { cookie } });
  expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/<script type="module"/)]);

  const headers = { cookie, origin: address.origin };
  const at = (path: string) => `ws://${address.host}${path}`;
  const gateway = await RawBrowser.open(at("/gateway"), headers);
  const { value } = await gateway.ask(1, '{"event":"PROPERTY_GET","property":"devices"}');
  expect((value as { name: string }[]).map(({ name }) => name)).toEqual(DEVICES);
  const controller = await RawBrowser.open(at("/devices/controller"), headers);
  await eventually("the controller is connected", async () => {
    const ready = await controller.ask(1, '{"event":"PROPERTY_GET","property":"ready_to_scan"}');
    controller.replies.delete(1);
    return ready.value === true;
  });

  rig.signal("SIGINT");
  expect(await rig.ended).toEqual({ code: 0, signal: null });
  expect(processes.filter(isRunning)).toEqual([]);
  expect(rig.stderr).toBe("\nstopping the devices\n");
}, 90_000);

it("a port that is none is refused before anything is started", async () => {
  const rig = program.start(["--console", "http"]);
  expect(await rig.ended).toEqual({ code: 1, signal: null });
  expect(rig.stderr).toContain("give a number, or 0 for a free port");
});
