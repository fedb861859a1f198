import { Subject } from "rxjs";
import {
  Arg,
  BufferMethod,
  type BufferResult,
  clientOf,
  type ClientOptions,
  connect,
  Integer,
  JsonMethod,
  type Remote,
  RpcService,
  Signal,
} from "../../lib/index";

/** A device that remembers what it was made to do. */
@RpcService({ type: "stage" })
export class Stage {
  /** Every move that was started. */
  readonly moves: number[] = [];
  @Signal(Number) readonly moved = new Subject<number>();
  @Signal(String) readonly told = new Subject<string>();
  private finish: () => void = () => undefined;

  @JsonMethod()
  moveTo(@Arg("position") position: number): number {
    this.moves.push(position);
    this.moved.next(position);
    return position;
  }

  /** Answers when it is told to. */
  @JsonMethod({ timeout: null, concurrent: true })
  async hold(@Arg("position") position: number): Promise<number> {
    this.moves.push(position);
    await new Promise<void>((resolve) => (this.finish = resolve));
    return position;
  }

  release(): void {
    this.finish();
  }

  @JsonMethod()
  lengthOf(@Arg("text") text: string): number {
    return text.length;
  }

  @JsonMethod()
  textOf(@Arg("length") length: number): string {
    return "x".repeat(length);
  }

  @BufferMethod()
  bytes(@Arg("length", { type: Integer }) length: number): BufferResult<{ length: number }> {
    return [Buffer.alloc(length, 7), { length }];
  }
}

/** A client that ends with the test, over the transport of the URL; give it `closing`. */
export function connectStage(
  closing: <T extends { close(): Promise<void> }>(closable: T) => T,
  url: string,
  options?: ClientOptions,
): Remote<Stage> {
  const stage = connect(Stage, url, { local: false, ...options });
  closing(clientOf(stage));
  return stage;
}
