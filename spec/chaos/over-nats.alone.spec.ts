import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closing } from "../support/closing";
import { describeWithNats } from "../support/nats-server";
import { typeScriptProgram } from "../support/typescript-child";
import { carryOut } from "./disturbances";
import { examine } from "./examine";
import { natsPlanOf } from "./nats/plan";
import { NatsRig } from "./nats/rig";
import { reportOf } from "./report";

/** How long each rig is disturbed, in seconds. */
const SECONDS = Number(process.env.RIGWIRE_CHAOS_SECONDS ?? 12);
const SEEDS = [1, 2, 3];

/** For the beginning and the end of a run, in milliseconds. */
const AROUND_MS = 120_000;

const device = typeScriptProgram(join(__dirname, "nats/device-process.ts"));
const client = typeScriptProgram(join(__dirname, "processes/client-process.ts"));

describeWithNats(`A rig over NATS whose servers, wires and processes fail for ${SECONDS} s`, () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "rigwire-chaos-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it.each(SEEDS)(
    "carries out no command late or twice, and tells every loss (seed %i)",
    async (seed) => {
      const programs = {
        device: join(device.folder, "spec/chaos/nats/device-process"),
        client: join(client.folder, "spec/chaos/processes/client-process"),
      };
      const rig = closing(await NatsRig.start(programs, folder, seed));
      const failures = await carryOut(natsPlanOf(seed, SECONDS), (planned) => rig.disturb(planned));
      const examined = await examine(rig);
      const lines = reportOf(rig, examined);
      process.stdout.write(`chaos over NATS for ${SECONDS} s with seed ${seed}\n${lines.join("\n")}\n`);

      expect([...failures, ...examined.problems]).toEqual([]);
    },
    SECONDS * 1_000 + AROUND_MS,
  );
});
