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
import { type ImageFormat, type Rotation } from "./imaging/image-encoding";

export type CameraMode = "VIDEO" | "STILL";

/** Width and height, in pixels. */
export type Resolution = [width: number, height: number];

/** What a camera says of a picture. */
export interface ImageInfo {
  readonly format: ImageFormat;
  readonly rotation: Rotation;
  /** Width and height of this picture, in pixels. */
  readonly size: Readonly<Resolution>;
}

const LARGEST_SIDE = 8_192;

/** plantimager's camera, with the names that its programs use on the wire. */
@RpcService({ type: "camera" })
export abstract class CameraContract {
  @Signal(String) abstract readonly modeChanged: Observable<CameraMode>;
  @Signal(String) abstract readonly videoUrlChanged: Observable<string>;
  @Signal(Integer) abstract readonly rotationChanged: Observable<Rotation>;
  @Signal(tupleOf(Integer, Integer)) abstract readonly resolutionChanged: Observable<Resolution>;
  @Signal(String) abstract readonly encodingChanged: Observable<ImageFormat>;
  @Signal(Object) abstract readonly configChanged: Observable<Record<string, unknown>>;

  /** In VIDEO mode the camera also streams, at {@link videoUrl}. */
  @RpcProperty({ notify: "modeChanged" })
  @IsIn(["VIDEO", "STILL"])
  abstract mode: CameraMode;

  /** Where the stream is; empty in STILL mode. */
  @RpcProperty({ notify: "videoUrlChanged", autoNotify: false, readonly: true, wireName: "video_url" })
  abstract readonly videoUrl: string;

  /** How far pictures are turned, clockwise, in degrees. */
  @RpcProperty({ notify: "rotationChanged", type: Integer })
  @IsIn([0, 90, 180, 270])
  abstract rotation: Rotation;

  /** The largest width and height of a picture, in pixels. */
  @RpcProperty({ notify: "resolutionChanged", type: tupleOf(Integer, Integer) })
  @Min(1, { each: true })
  @Max(LARGEST_SIDE, { each: true })
  abstract resolution: Resolution;

  @RpcProperty({ notify: "encodingChanged" })
  @IsIn(["jpeg", "png"])
  abstract encoding: ImageFormat;

  /** Settings of the camera's own; setting some leaves the others as they are. */
  @RpcProperty({ notify: "configChanged", type: Object })
  abstract config: Record<string, unknown>;

  /** Takes a picture. @param lores - A quarter of the resolution each way, for a quick look. */
  @BufferMethod({ wireName: "get_image", description: "takes a picture" })
  getImage(@Arg("lores", { optional: true }) lores?: boolean): Promise<BufferResult<ImageInfo>> {
    return remote(lores);
  }
}
