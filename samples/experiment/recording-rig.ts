import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Subject } from "rxjs";
import { ExperimentEvent, Integer, OnExperiment, type ReceivedMessage, RpcProperty, Signal } from "rigwire";
import { Recording, type RecordingResult, type SampleSource } from "./recording";

const { INIT, START, END, INTERRUPT, CLEANUP } = ExperimentEvent;

/** An auxiliary rig that records one file in each experiment. */
export abstract class RecordingRig {
  @Signal(Integer, { show: "main" }) readonly samplesChanged = new Subject<number>();

  /** How many samples the recording has, or the last one had. */
  @RpcProperty({
    notify: "samplesChanged",
    readonly: true,
    type: Integer,
    show: "main",
    description: "samples of the recording, or of the last one",
  })
  samples = 0;

  protected abstract readonly fileName: string;
  protected abstract readonly source: SampleSource;
  private path: string | undefined;
  private recording: Promise<Recording> | undefined;

  /**
   * @param output - The folder that gets a folder for each experiment.
   * @param isPluggedIn - Whether there is something to record from.
   */
  constructor(
    private readonly output: string,
    private readonly isPluggedIn = true,
  ) {}

  @OnExperiment(INIT)
  prepare(): { file: string } {
    this.samples = 0;
    return { file: this.fileName };
  }

  @OnExperiment(START)
  async begin({ reference }: ReceivedMessage): Promise<{ every: string }> {
    if (reference === undefined) throw new Error("the experiment has no reference to name its folder");
    if (!this.isPluggedIn) throw new Error(`nothing to record ${this.fileName} from: is it plugged in?`);
    if (this.recording !== undefined)
      throw new Error(`${this.path ?? this.fileName} is still being recorded`);
    this.recording = this.open(join(this.output, String(reference)));
    try {
      await this.recording;
    } catch (error) {
      this.recording = undefined;
      throw error;
    }
    return { every: `${this.source.periodMs} ms` };
  }

  /** Also comes to a rig that did not begin, and waits for one that is just beginning. */
  @OnExperiment(END | INTERRUPT)
  async finish(): Promise<RecordingResult> {
    const recording = await this.recording?.catch(() => undefined);
    this.recording = undefined;
    return recording === undefined ? { samples: 0, seconds: 0 } : recording.stop();
  }

  @OnExperiment(CLEANUP)
  async putAway(): Promise<{ bytes: number }> {
    const { path } = this;
    this.path = undefined;
    return { bytes: path === undefined ? 0 : (await stat(path)).size };
  }

  private async open(folder: string): Promise<Recording> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, this.fileName);
    const recording = await Recording.start(path, this.source, (samples) => (this.samples = samples));
    this.path = path;
    return recording;
  }
}
