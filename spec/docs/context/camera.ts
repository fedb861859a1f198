import { IsIn } from "class-validator";
import {
  BufferMethod,
  type BufferResult,
  JsonMethod,
  type Remote,
  RpcProperty,
  RpcService,
  Signal,
} from "rigwire";
import { Subject } from "rxjs";

/** The device of the examples. */
@RpcService({ type: "camera" })
export class Camera {
  @Signal(String) readonly modeChanged = new Subject<string>();

  @RpcProperty({ notify: "modeChanged" })
  @IsIn(["STILL", "VIDEO"])
  mode: string = "STILL";

  @JsonMethod()
  focus(distance: number): Promise<number> {
    return Promise.resolve(distance);
  }

  @BufferMethod()
  getImage(lores: boolean = false): Promise<BufferResult<{ format: string }>> {
    return Promise.resolve([Buffer.from(lores ? "small" : "large"), { format: "jpeg" }]);
  }
}

/** One as it is served. */
export const device = new Camera();

/** One as it is used. */
export declare const camera: Remote<Camera>;
