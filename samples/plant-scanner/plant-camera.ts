import { Subject } from "rxjs";
import { type BufferResult } from "rigwire";
import { CameraContract, type CameraMode, type ImageInfo, type Resolution } from "./camera-contract";
import { captureSize, encodeImage, type ImageFormat, type Rotation } from "./imaging/image-encoding";
import { type ImageSource } from "./imaging/image-source";
import { VideoStream } from "./video-stream";

/** A camera whose pictures come from a folder of photographs or from the rendered plant. */
export class PlantCamera extends CameraContract {
  readonly modeChanged = new Subject<CameraMode>();
  readonly videoUrlChanged = new Subject<string>();
  readonly rotationChanged = new Subject<Rotation>();
  readonly resolutionChanged = new Subject<Resolution>();
  readonly encodingChanged = new Subject<ImageFormat>();
  readonly configChanged = new Subject<Record<string, unknown>>();

  rotation: Rotation = 0;
  resolution: Resolution = [1080, 1920];
  encoding: ImageFormat = "jpeg";
  private stream: VideoStream | undefined;
  private settings: Record<string, unknown> = {};

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
    if (this.stream === undefined) this.videoUrlChanged.next("");
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

  override async getImage(lores = false): Promise<BufferResult<ImageInfo>> {
    const settings = {
      format: this.encoding,
      rotation: this.rotation,
      resolution: this.resolution,
      lowResolution: lores,
    };
    const picture = await this.source.next(captureSize(settings));
    const { data, ...info } = await encodeImage(picture, settings);
    return [data, info];
  }

  async close(): Promise<void> {
    await this.stream?.close();
  }

  private startStream(): VideoStream {
    const stream = new VideoStream(this.host, async () => {
      const [jpeg] = await this.getImage(true);
      return jpeg;
    });
    void stream.listening.then(() => {
      if (this.stream === stream) this.videoUrlChanged.next(stream.url);
    });
    return stream;
  }
}
