import { crc32, deflateSync } from "node:zlib";
import { Observable } from "rxjs";
import {
  BufferMethod,
  type BufferResult,
  JsonMethod,
  RpcProperty,
  RpcService,
  Signal,
} from "../../lib/index";

/** 10 kHz. */
const PER_MS = 10;

export const MARKUP = `<img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script>`;

const SIDE = 4_096;

/** A picture of 50 MB: the pixels are noise, so that nothing of them can be left out. */
const HUGE = png(SIDE, SIDE);

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

/** A PNG of noise whose pixels are stored, not compressed. */
function png(width: number, height: number): Buffer {
  const row = 1 + width * 3;
  const pixels = Buffer.alloc(row * height);
  let state = 1;
  for (let at = 0; at < pixels.length; at++) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    pixels[at] = at % row === 0 ? 0 : state >> 16;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(pixels, { level: 0 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(body.length + 8);
  frame.writeUInt32BE(data.length, 0);
  body.copy(frame, 4);
  frame.writeUInt32BE(crc32(body), body.length + 4);
  return frame;
}
