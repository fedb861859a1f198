import { Observable } from "rxjs";
import {
  BufferMethod,
  type BufferResult,
  JsonMethod,
  RpcProperty,
  RpcService,
  Signal,
} from "../../lib/index";
import { noisePng } from "./noise-png";

/** 10 kHz. */
const PER_MS = 10;

export const MARKUP = `<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>`;

const SIDE = 4_096;

/** A picture of 50 MB. */
const HUGE = noisePng(SIDE, SIDE);

/** A device that does what no page should suffer from. */
@RpcService({ type: MARKUP })
export class HostileDevice {
  @RpcProperty({ description: MARKUP })
  label: string = MARKUP;

  /** As quick as a detector. */
  @Signal(Number, { unit: MARKUP })
  readonly flood = new Observable<number>((observer) => {
    const startedAt = performance.now();
    let count = 0;
    // A timer may be late: what is due by then is caught up with.
    const timer = setInterval(() => {
      const due = (performance.now() - startedAt) * PER_MS;
      while (count < due) observer.next(Math.sin(count++ / 500));
    }, 1);
    return () => clearInterval(timer);
  });

  @Signal(String)
  readonly texts = new Observable<string>((observer) => {
    const timer = setInterval(() => observer.next(MARKUP.repeat(100)), 5);
    return () => clearInterval(timer);
  });

  @BufferMethod({ description: MARKUP, timeout: 60_000 })
  picture(): BufferResult {
    return [HUGE, { note: MARKUP }];
  }

  @JsonMethod()
  fail(): void {
    throw new Error(MARKUP);
  }
}
