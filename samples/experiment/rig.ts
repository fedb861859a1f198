import { Command } from "commander";
import { RigApp, RigParticipant, RigParticipantModule } from "rigwire";
import { whenStarterEnds } from "../interruption";
import { type RecordingRig } from "./recording-rig";
import { SensorLogger } from "./sensor-logger";
import { VideoRecorder } from "./video-recorder";

const KINDS = { video: VideoRecorder, sensor: SensorLogger } as const;

interface RigArguments {
  readonly uri: string;
  readonly output: string;
  readonly fail?: boolean;
}

new Command("rig")
  .description("An auxiliary rig: takes part in experiments until it is stopped.")
  .argument("<kind>", Object.keys(KINDS).join(", "))
  .option("--uri <uri>", "where it listens for the main rig", "udp://127.0.0.1:0")
  .option("--output <dir>", "where each experiment gets a folder", "experiment-output")
  .option("--fail", "finds nothing to record from")
  .action(runRig)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });

async function runRig(kind: string, { uri, output, fail = false }: RigArguments): Promise<void> {
  const rig = rigOf(kind, output, !fail);
  const app = new RigApp({ closeOnSignals: true })
    .use(RigParticipantModule.listen(uri, { name: kind }))
    .serve(rig, { name: kind });
  whenStarterEnds(() => void app.close());
  await app.start();
  console.log(`ready ${kind} ${app.resolve(RigParticipant).uri}`);
  await app.closed;
  await rig.finish();
  if (process.connected) process.disconnect();
}

function rigOf(kind: string, output: string, isPluggedIn: boolean): RecordingRig {
  switch (kind) {
    case "video":
      return new VideoRecorder(output, isPluggedIn);
    case "sensor":
      return new SensorLogger(output, isPluggedIn);
    default:
      throw new Error(
        `"${kind}" is no rig of the experiment: choose one of ${Object.keys(KINDS).join(", ")}`,
      );
  }
}
