import { Subject } from "rxjs";
import { Arg, BufferMethod, type BufferResult, JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";

const PERCENT = { unit: "%", precision: 0 } as const;

const LEVEL = { ...PERCENT, show: "main" } as const;

/** The device's class and the page's contract in one: nothing in it is Node's. */
@RpcService({ type: "lamp" })
export class Lamp {
  @Signal(Number, LEVEL) readonly levelChanged = new Subject<number>();

  @RpcProperty({
    notify: "levelChanged",
    type: Number,
    min: 0,
    max: 100,
    ...LEVEL,
    description: "how bright it is",
  })
  level: number = 20;

  @JsonMethod({ returns: Number, ...PERCENT, description: "makes it darker, and gives its level then" })
  dim(@Arg("by", { type: Number, min: 0, max: 100, ...PERCENT }) by: number): number {
    this.level = Math.max(0, this.level - by);
    return this.level;
  }

  /** What its camera sees. */
  @BufferMethod({ description: "takes a picture of it" }) picture(): BufferResult<{ format: string }> {
    const shade = `hsl(45 90% ${this.level}%)`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="120"><circle cx="120" cy="60" r="50" fill="${shade}"/></svg>`;
    return [new TextEncoder().encode(svg), { format: "svg+xml" }];
  }
}
