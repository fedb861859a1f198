import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, clientOf } from "rigwire";
import { AdvertisementDirectory } from "../../lib/advertisement/advertisement-directory";
import { closing } from "../support/closing";
import { eventually } from "../support/eventually";
import { typeScriptProgram } from "../support/typescript-child";
import { Motor } from "./motor";

const program = typeScriptProgram(`${__dirname}/programs/advertised-process.ts`);

describe("a device whose advertisement cannot be written", () => {
  let around: string;

  beforeEach(() => {
    around = mkdtempSync(join(tmpdir(), "rigwire-runtime-"));
  });
  afterEach(() => {
    rmSync(around, { recursive: true, force: true });
  });

  it("is served all the same, warns, and is found once it can be written", async () => {
    const place = join(around, "place");
    writeFileSync(place, "no folder can be made in a file, not even by root");
    const folder = join(place, "advertisements");
    const child = program.start([folder]);

    expect(await child.next()).toBe("started");
    await eventually("it was warned of", () =>
      child.stderr.includes("the device is served, but not found on this computer"),
    );
    rmSync(place);
    const directory = new AdvertisementDirectory({ folder });
    let url: string | undefined;
    await eventually("it is found", async () => {
      url = (await directory.find({ type: "motor" }))[0]?.url;
      return url !== undefined;
    });
    const motor = connect(Motor, url ?? "");
    closing(clientOf(motor));
    expect(await motor.moveTo(1)).toBe("arrived");
  });
});
