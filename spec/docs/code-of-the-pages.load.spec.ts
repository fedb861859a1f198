import { spawnSync } from "node:child_process";
import { complaintsAbout, pythonComplaints } from "./block-check";
import { placeOf } from "./code-blocks";
import { compileModules } from "./compile-modules";
import { isShownAs } from "./output-pattern";
import { pageModules } from "./page-modules";
import { PageRuns } from "./page-runs";
import { documentedBlocks } from "./pages";

const blocks = documentedBlocks();
const modules = pageModules(blocks);

describe("the documentation", () => {
  it("has only blocks that are checked, or excused with a reason", async () => {
    const complaints = await Promise.all(blocks.map((block) => complaintsAbout(block)));
    expect(complaints.flat()).toEqual([]);
  });

  it("shows code that compiles, as a reader would compile it", () => {
    expect(compileModules(modules)).toEqual([]);
  });

  const { error } = spawnSync("python3", ["--version"]);
  const isPythonHere = error === undefined || process.env.RIGWIRE_INTEROP === "required";
  (isPythonHere ? it : it.skip)("shows Python that can be parsed", () => {
    expect(pythonComplaints(blocks)).toEqual([]);
  });
});

describe("a program that the documentation shows", () => {
  const runnable = modules.filter(({ run }) => run !== undefined);
  const cases = runnable.map((module) => [`${module.page}, ${module.file}`, module] as const);
  let runs: PageRuns;

  beforeAll(() => {
    runs = new PageRuns(modules);
  });
  afterEach(() => runs.stopAll());
  afterAll(() => runs.close());

  it.each(cases)(
    "does what it says: %s",
    async (_name, module) => {
      const output = await runs.run(module);
      const shown = module.run?.output;
      if (shown !== undefined && !isShownAs(output, shown.lines)) {
        throw new Error(`it printed\n${output}and ${placeOf(shown)} shows\n${shown.lines.join("\n")}`);
      }
    },
    30_000,
  );
});
