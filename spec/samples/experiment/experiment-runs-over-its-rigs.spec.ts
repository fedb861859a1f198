import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { filter, firstValueFrom } from "rxjs";
import {
  ExperimentFailedError,
  type RigProgress,
  RigApp,
  RigParticipant,
  RigParticipantModule,
  RigServices,
  RigServicesModule,
} from "rigwire";
import { ExperimentRun } from "../../../samples/experiment/experiment-run";
import { type RecordingRig } from "../../../samples/experiment/recording-rig";
import { SensorLogger } from "../../../samples/experiment/sensor-logger";
import { VideoRecorder } from "../../../samples/experiment/video-recorder";
import { silent } from "../../experiments/rigs-on-loopback";
import { closing } from "../../support/closing";

const REFERENCE = "2022-01-01_1_mouse";
const SECONDS = 0.2;
const FRAME_BYTES = "FRAME\n".length + 160 * 120;

describe("an experiment", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rigwire-experiment-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const fileOf = (name: string) => join(folder, REFERENCE, name);

  async function startRig(name: string, rig: RecordingRig): Promise<string> {
    closing({ close: () => rig.finish().then(() => undefined) });
    const app = closing(new RigApp({ logger: silent }));
    app.use(RigParticipantModule.listen("udp://127.0.0.1:0", { name, logger: silent }));
    await app.serve(rig, { name }).start();
    return app.resolve(RigParticipant).uri;
  }

  async function startAll(video = new VideoRecorder(folder), sensor = new SensorLogger(folder)) {
    const uris = { video: await startRig("video", video), sensor: await startRig("sensor", sensor) };
    const app = closing(
      new RigApp().use(RigServicesModule.connect(uris, { communicator: { logger: silent } })),
    );
    await app.start();
    return { run: app.resolve(ExperimentRun), rigs: app.resolve(RigServices), video, sensor };
  }

  it("writes a video and a log, whole to the last sample", async () => {
    const { run, video, sensor } = await startAll();
    const { answers, problems } = await run.run(REFERENCE, SECONDS);
    expect(problems).toEqual([]);

    const film = await readFile(fileOf("video.y4m"));
    const header = film.subarray(0, film.indexOf("\n") + 1);
    expect(header.toString()).toBe("YUV4MPEG2 W160 H120 F25:1 Ip A1:1 Cmono\n");
    expect(video.samples).toBeGreaterThan(1);
    expect(film.length).toBe(header.length + video.samples * FRAME_BYTES);
    expect(answers.get("video")).toEqual([{ bytes: film.length }]);

    const [titles, ...rows] = (await readFile(fileOf("sensor.csv"), "utf8")).trimEnd().split("\n");
    expect(titles).toBe("time_ms,temperature_c,humidity_percent");
    expect(rows).toHaveLength(sensor.samples);
    expect(rows[1]).toBe("20,21.51,47.0");
  });

  it("names the rig that fails, and stops and puts away what the others began", async () => {
    const { run, sensor } = await startAll(new VideoRecorder(folder, false));
    const { answers, problems } = await run.run(REFERENCE, SECONDS);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toBeInstanceOf(ExperimentFailedError);
    expect(problems[0]?.message).toMatch(
      /^EXPSTART: video failed \(.*nothing to record video.y4m from: is it plugged in\?\); answered: sensor$/,
    );
    expect([...answers.keys()]).toEqual(["video", "sensor"]);
    expect(await sensor.finish()).toEqual({ samples: 0, seconds: 0 });
    await expect(access(fileOf("video.y4m"))).rejects.toThrow("ENOENT");
  });

  it("does not write over the data of another", async () => {
    const { run } = await startAll();
    await run.run(REFERENCE, 0);
    const film = await readFile(fileOf("video.y4m"));
    const { problems } = await run.run(REFERENCE, 0);
    expect(problems.map(String).join()).toMatch(/EXPSTART: video failed .*EEXIST.*; sensor failed .*EEXIST/);
    expect(await readFile(fileOf("video.y4m"))).toEqual(film);
  });

  it("stops at once when it is interrupted", async () => {
    const { run, rigs, sensor } = await startAll();
    const isStarted = ({ name, finished }: RigProgress) => name === "EXPSTART" && finished;
    const started = firstValueFrom(rigs.progress$.pipe(filter(isStarted)));
    const whole = run.run(REFERENCE, SECONDS);
    await started;
    await run.interrupt();
    expect(await sensor.finish()).toEqual({ samples: 0, seconds: 0 });
    expect((await whole).problems).toEqual([]);
  });
});
