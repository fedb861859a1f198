import { type Subject } from "rxjs";
import {
  Any,
  Arg,
  BufferMethod,
  type BufferResult,
  Integer,
  JsonMethod,
  remote,
  RpcProperty,
  RpcService,
  Signal,
  tupleOf,
} from "rigwire";

/** What `original_server.py` serves, as a contract. */
@RpcService({ type: "original" })
export abstract class OriginalDevice {
  @Signal(String) abstract readonly modeChanged: Subject<string>;
  @Signal(Any, tupleOf(Integer, Integer)) abstract readonly moved: Subject<[unknown, [number, number]]>;
  @Signal() abstract readonly stopped: Subject<void>;
  @RpcProperty({ notify: "modeChanged", autoNotify: false }) abstract mode: string;
  @RpcProperty() abstract readonly fixed: number;

  @JsonMethod()
  echo(@Arg("message") message: string, @Arg("times") times?: number): string {
    return remote(message, times);
  }

  @JsonMethod()
  mirror(@Arg("value") value: unknown): unknown {
    return remote(value);
  }

  @JsonMethod()
  understood(@Arg("value") value: unknown): string {
    return remote(value);
  }

  @JsonMethod()
  numbers(): Record<string, unknown> {
    return remote();
  }

  @JsonMethod({ wireName: "by_name" })
  byName(
    @Arg("first", { type: Integer, optional: true }) first: number | undefined,
    @Arg("second", { type: Integer, optional: true }) second: number | undefined,
    @Arg("mode", { keyword: true }) mode: string,
    @Arg("gain", { keyword: true, optional: true }) gain?: number,
  ): unknown[] {
    return remote(first, second, mode, gain);
  }

  @JsonMethod()
  nothing(): null {
    return remote();
  }

  @JsonMethod()
  slow(@Arg("milliseconds") milliseconds: number, @Arg("answer") answer: string): string {
    return remote(milliseconds, answer);
  }

  @JsonMethod()
  boom(): void {
    return remote();
  }

  @JsonMethod()
  move(@Arg("distance") distance: unknown): unknown {
    return remote(distance);
  }

  @BufferMethod()
  get_image(@Arg("lores") lores?: boolean): BufferResult<{ format: string; lores: boolean; error: null }> {
    return remote(lores);
  }

  @BufferMethod()
  empty_image(): BufferResult<{ size: [number, number] }> {
    return remote();
  }

  @BufferMethod()
  bad_image(): BufferResult {
    return remote();
  }
}
