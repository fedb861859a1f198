import { Subject } from "rxjs";
import { IsInt, Max, Min } from "class-validator";
import { Arg, JsonMethod, oneOf, RpcProperty, RpcService, Signal } from "../../../lib/index";

/** What a method of the large device takes. */
export class Step {
  @IsInt() @Min(0) @Max(100) target: number = 0;
  next?: Step;
}

/** A device of 200 members, each described with all that people want to know of it. */
@RpcService({ type: "large" })
export class LargeDevice {
  @Signal(Number) readonly moved0 = new Subject<number>();
  @RpcProperty({ unit: "mm" }) axis0: number = 7;

  @JsonMethod() walk(@Arg("step", { type: Step }) step: Step): number {
    return step.target;
  }

  @JsonMethod({ interrupts: true }) stop(): void {
    // Nothing moves.
  }
}

const prototype = LargeDevice.prototype as object;
for (let index = 1; index < 79; index++) {
  const name = `moveAxis${index}`;
  const descriptor = { value: (target: number) => target, writable: true, configurable: true };
  Object.defineProperty(prototype, name, descriptor);
  Arg("target", {
    type: Number,
    unit: "mm",
    min: 0,
    max: 100,
    description: "Where the axis shall stand afterwards, measured from its home position.",
  })(prototype, name, 0);
  Arg("pace", {
    type: Number,
    unit: "mm/s",
    min: 0.1,
    max: 20,
    optional: true,
    description: "How fast it goes there at the most; as fast as it may where this is left out.",
  })(prototype, name, 1);
  JsonMethod({
    returns: Number,
    progress: Number,
    unit: "mm",
    precision: 3,
    description: "Moves the axis, and is done when it stands still. Ü – ¹",
  })(prototype, name, descriptor);
}
for (let index = 1; index < 119; index++) {
  RpcProperty({
    type: oneOf(Number, null),
    unit: "mm",
    precision: 3,
    warn: [0, 99],
    description: "Where the axis is, from its home position.",
  })(prototype, `axis${index}`);
}
