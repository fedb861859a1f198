import { RpcService } from "rigwire";
import { type SampleSource } from "./recording";
import { RecordingRig } from "./recording-rig";

const WIDTH = 160;
const HEIGHT = 120;
const FRAMES_PER_SECOND = 25;
const SECONDS_PER_TURN = 4;
const BACKGROUND = 24;
const RUNNER_RADIUS = 7;
const WHEEL_RADIUS = 45;

/** Records grey frames as YUV4MPEG2, which ffplay, mpv and VLC play. */
@RpcService({ type: "video-recorder" })
export class VideoRecorder extends RecordingRig {
  protected readonly fileName = "video.y4m";
  protected readonly source: SampleSource = {
    periodMs: 1_000 / FRAMES_PER_SECOND,
    header: () => `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${FRAMES_PER_SECOND}:1 Ip A1:1 Cmono\n`,
    sample: (index) => Buffer.concat([Buffer.from("FRAME\n"), runnerOnWheel(index)]),
  };
}

/** A bright spot that runs in a wheel, a byte a pixel. */
function runnerOnWheel(index: number): Buffer {
  const angle = (2 * Math.PI * index) / (FRAMES_PER_SECOND * SECONDS_PER_TURN);
  const x = WIDTH / 2 + WHEEL_RADIUS * Math.cos(angle);
  const y = HEIGHT / 2 + WHEEL_RADIUS * Math.sin(angle);
  const frame = Buffer.alloc(WIDTH * HEIGHT, BACKGROUND);
  for (let row = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      if (Math.hypot(column - x, row - y) < RUNNER_RADIUS) frame[row * WIDTH + column] = 255;
    }
  }
  return frame;
}
