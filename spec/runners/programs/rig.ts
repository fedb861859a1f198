import { Type } from "class-transformer";
import { IsEmail, IsPositive, Max, ValidateNested } from "class-validator";
import {
  Arg,
  arrayOf,
  BufferMethod,
  enumOf,
  Integer,
  JsonMethod,
  RpcProperty,
  RpcService,
  Signal,
} from "rigwire";
import { Subject } from "rxjs";

enum Valve {
  Open = "OPEN",
  Closed = "CLOSED",
}

class Point {
  @IsPositive() x!: number;
}

class Step {
  @IsPositive() mm!: number;
  @ValidateNested() @Type(() => Point) from!: Point;
}

/** Everything is written out, so that it is checked whatever compiles it. */
@RpcService({ type: "rig" })
export class Rig {
  @Signal(Integer) readonly moved = new Subject<number>();
  @Signal(Number) readonly gainChanged = new Subject<number>();

  @RpcProperty({ type: Number, notify: "gainChanged" }) @Max(10) gain: number = 1;
  @RpcProperty({ type: Boolean }) lit: boolean = false;

  @JsonMethod() add(
    @Arg("n", { type: Integer }) n: number,
    @Arg("b", { type: Boolean }) b: boolean = false,
    @Arg("label", { type: String, optional: true }) label?: string,
  ): unknown[] {
    return [n, b, label ?? "no label"];
  }

  // On a rest parameter itself, vite leaves a decorator in the JavaScript.
  @JsonMethod({ args: [Arg("values", Number)] }) sum(...values: number[]): number {
    return values.reduce((sum, value) => sum + value, 0);
  }

  @JsonMethod() run(@Arg("steps", { type: arrayOf(() => Step) }) steps: Step[]): boolean {
    return steps.every((step) => step instanceof Step && step.from instanceof Point);
  }

  @JsonMethod() turn(@Arg("state", { type: enumOf(Valve) }) state: Valve): Valve {
    return state;
  }

  @JsonMethod() invite(@Arg("to", { type: String, rules: [IsEmail()] }) to: string): string {
    return to;
  }

  @JsonMethod() none(): string {
    this.moved.next(1);
    return "done";
  }

  @BufferMethod() image(@Arg("size", { type: Integer, max: 8 }) size: number): [Uint8Array, object] {
    return [new Uint8Array(size), { size }];
  }
}
