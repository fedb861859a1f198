import { IsIn, Max, Min } from "class-validator";
import { type Observable } from "rxjs";
import {
  Arg,
  BufferMethod,
  type BufferResult,
  Integer,
  remote,
  RpcProperty,
  RpcService,
  Signal,
  tupleOf,
} from "rigwire";
import { type ImageFormat } from "./imaging/image-encoding";

export type CameraMode = "VIDEO" | "STILL";

/** Width and height, in pixels. */
export type Resolution = [width: number, height: number];

/** What a camera says of a picture. */
export interface ImageInfo {
  readonly format: ImageFormat;
  /** How far the reader has to turn the picture clockwise, in degrees: its pixels are as they were taken. */
  readonly rotation: number;
  /** Height and width of this picture in pixels, and the bytes of each. */
  readonly size: readonly [height: number, width: number, channels: 3];
  readonly channel: "rgb";
}

const LARGEST_SIDE = 8_192;

/** plantimager's camera, with the names that its programs use on the wire. */
@RpcService({ type: "camera" })
export abstract class CameraContract {
  @Signal(String, { show: "main" }) abstract readonly modeChanged: Observable<CameraMode>;
  @Signal(String) abstract readonly videoUrlChanged: Observable<string>;
  @Signal(Integer, { unit: "deg" }) abstract readonly rotationChanged: Observable<number>;
  @Signal(tupleOf(Integer, Integer), { unit: "px" })
  abstract readonly resolutionChanged: Observable<Resolution>;
  @Signal(String) abstract readonly encodingChanged: Observable<ImageFormat>;
  @Signal(Object) abstract readonly configChanged: Observable<Record<string, unknown>>;

  /** In VIDEO mode the camera streams, at {@link videoUrl}; a picture that is taken ends it. */
  @RpcProperty({
    notify: "modeChanged",
    autoNotify: false,
    show: "main",
    description: "VIDEO streams, until a picture is taken",
  })
  @IsIn(["VIDEO", "STILL"])
  abstract mode: CameraMode;

  /** Where the stream is; empty in STILL mode. */
  @RpcProperty({
    notify: "videoUrlChanged",
    autoNotify: false,
    readonly: true,
    wireName: "video_url",
    description: "where the stream is; empty in STILL mode",
  })
  abstract readonly videoUrl: string;

  /** How far readers have to turn pictures, clockwise, in degrees: any whole number, kept within a full turn. */
  @RpcProperty({ type: Integer, unit: "deg", description: "how far readers turn pictures, clockwise" })
  abstract rotation: number;

  /** The largest width and height of a picture, in pixels. */
  @RpcProperty({
    notify: "resolutionChanged",
    type: tupleOf(Integer, Integer),
    unit: "px",
    description: "the largest width and height of a picture",
  })
  @Min(1, { each: true })
  @Max(LARGEST_SIDE, { each: true })
  abstract resolution: Resolution;

  @RpcProperty({ notify: "encodingChanged", show: "detail", description: "how pictures are encoded" })
  @IsIn(["jpeg", "png"])
  abstract encoding: ImageFormat;

  /** Settings of the camera's own; setting some leaves the others as they are. */
  @RpcProperty({
    notify: "configChanged",
    type: Object,
    show: "detail",
    description: "settings of the camera's own; setting some leaves the others",
  })
  abstract config: Record<string, unknown>;

  /** Takes a picture. @param lores - A quarter of the resolution each way and always a JPEG, for a quick look. */
  @BufferMethod({ wireName: "get_image", description: "takes a picture", timeout: null })
  getImage(
    @Arg("lores", {
      optional: true,
      nullable: true,
      type: Boolean,
      description: "a quarter of the resolution each way, always as a JPEG",
    })
    lores?: boolean | null,
  ): Promise<BufferResult<ImageInfo>> {
    return remote(lores);
  }
}
