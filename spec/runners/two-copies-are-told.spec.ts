import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { buildCommand, removeFolder, workFolder } from "../cli/support/built-command";

const RUN_DEADLINE_MS = 60_000;

const PROGRAM = `
const { Exclude } = require("class-transformer");
const { contractOf, JsonMethod, RpcService, serve } = require("rigwire");
class Oven { heat() {} }
JsonMethod()(Oven.prototype, "heat", {});
RpcService()(Oven);
const lines = [];
const note = (_details, message) => lines.push(message);
const logger = { debug() {}, info() {}, warn: note, error: note };
(async () => {
  await (await serve(new Oven(), { logger })).close();
  await (await serve(new Oven(), { logger })).close();
  console.log(JSON.stringify(lines));
})();
`;

let program: string;
let folder: string;

beforeAll(() => {
  program = buildCommand();
  folder = workFolder();
  writeFileSync(join(folder, "main.cjs"), PROGRAM);
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
});

afterAll(() => removeFolder(folder));

async function node(...args: string[]): Promise<string> {
  const options = { cwd: folder, timeout: RUN_DEADLINE_MS };
  return (await promisify(execFile)(process.execPath, args, options)).stdout;
}

async function finding(): Promise<unknown> {
  const failed = (error: unknown) => (error as { stdout: string }).stdout;
  const stdout = await node(program, "doctor", "--json").catch(failed);
  const findings = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { subject: string });
  return findings.find(({ subject }) => subject === "shared packages");
}

function addCopy(): void {
  const original = dirname(createRequire(__filename).resolve("class-transformer/package.json"));
  const copy = join(folder, "node_modules", "class-transformer");
  mkdirSync(dirname(copy), { recursive: true });
  cpSync(original, copy, { recursive: true });
  const manifest = readFileSync(join(copy, "package.json"), "utf8");
  writeFileSync(join(copy, "package.json"), manifest.replace(/"version": "[^"]*"/, '"version": "0.4.99"'));
}

it("one copy of everything is nothing to tell", async () => {
  expect(JSON.parse(await node("main.cjs"))).toEqual([]);
  expect(await finding()).toMatchObject({ status: "well" });
});

it("a second copy of class-transformer is told once, with the versions", async () => {
  addCopy();

  expect(JSON.parse(await node("main.cjs"))).toEqual([
    expect.stringMatching(
      /^there are 2 copies of class-transformer: 0\.5\.\d+ in .* and 0\.4\.99 in .*npm ls/,
    ),
  ]);
  expect(await finding()).toMatchObject({
    status: "broken",
    text: expect.stringMatching(/class-transformer: 0\.4\.99 in .*, and 0\.5\./),
  });
});
