import { Subject } from "rxjs";
import { type BufferResult } from "rigwire";
import { CameraContract, type CameraMode, type ImageInfo, type Resolution } from "./camera-contract";
import { captureSize, encodeImage, type ImageFormat } from "./imaging/image-encoding";
import { type ImageSource } from "./imaging/image-source";
import { VideoStream } from "./video-stream";

const FULL_TURN = 360;

/** A camera whose pictures come from a folder of photographs or from the rendered plant. */
export class PlantCamera extends CameraContract {
  readonly modeChanged = new Subject<CameraMode>();
  readonly videoUrlChanged = new Subject<string>();
  readonly rotationChanged = new Subject<number>();
  readonly resolutionChanged = new Subject<Resolution>();
  readonly encodingChanged = new Subject<ImageFormat>();
  readonly configChanged = new Subject<Record<string, unknown>>();

  resolution: Resolution = [1080, 1920];
  encoding: ImageFormat = "jpeg";
  private stream: VideoStream | undefined;
  private settings: Record<string, unknown> = {};
  private degrees = 0;

  /** @param host - Where the video stream is served. */
  constructor(
    private readonly source: ImageSource,
    private readonly host: string,
  ) {
    super();
  }

  get mode(): CameraMode {
    return this.stream === undefined ? "STILL" : "VIDEO";
  }

  set mode(mode: CameraMode) {
    if (mode === this.mode) return;
    void this.stream?.close();
    this.stream = mode === "STILL" ? undefined : this.startStream();
    if (this.stream === undefined) this.tellMode();
  }

  get rotation(): number {
    return this.degrees;
  }

  set rotation(degrees: number) {
    this.degrees = ((degrees % FULL_TURN) + FULL_TURN) % FULL_TURN;
  }

  get videoUrl(): string {
    return this.stream?.url ?? "";
  }

  get config(): Record<string, unknown> {
    return this.settings;
  }

  set config(changes: Record<string, unknown>) {
    this.settings = { ...this.settings, ...changes };
  }

  override async getImage(lores?: boolean | null): Promise<BufferResult<ImageInfo>> {
    this.mode = "STILL";
    return this.capture(lores === true);
  }

  async close(): Promise<void> {
    await this.stream?.close();
  }

  private startStream(): VideoStream {
    const stream = new VideoStream(this.host, async () => {
      const [jpeg] = await this.capture(true);
      return jpeg;
    });
    void stream.listening.then(() => {
      if (this.stream === stream) this.tellMode();
    });
    return stream;
  }

  /** Not turned: whoever reads a picture turns it by what its info says. */
  private async capture(lowResolution: boolean): Promise<BufferResult<ImageInfo>> {
    const format = lowResolution ? "jpeg" : this.encoding;
    const settings = { format, resolution: this.resolution, lowResolution };
    const picture = await this.source.next(captureSize(settings));
    const { data, size } = await encodeImage(picture, settings);
    const [width, height] = size;
    return [data, { format, rotation: this.rotation, size: [height, width, 3], channel: "rgb" }];
  }

  /** The address first, as the original does, so that who hears of the mode finds it. */
  private tellMode(): void {
    this.videoUrlChanged.next(this.videoUrl);
    this.modeChanged.next(this.mode);
  }
}
