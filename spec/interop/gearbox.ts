import { IsEnum, IsOptional } from "class-validator";
import { Arg, JsonMethod, RpcProperty, RpcService, Signal } from "rigwire";
import { Subject } from "rxjs";

export enum Pace {
  Slow = "slow",
  VeryFast = "very fast",
}

export enum Gear {
  Reverse = -1,
  Neutral,
  First,
}

export class Shift {
  @IsEnum(Gear) gear: Gear = Gear.Neutral;
  @IsOptional() @IsEnum(Pace) pace?: Pace;
}

/** A device whose values are members of enums. */
@RpcService({ type: "gearbox" })
export class Gearbox {
  @Signal(Shift) readonly shifted = new Subject<Shift>();

  @RpcProperty() @IsEnum(Pace) pace: Pace = Pace.Slow;

  @JsonMethod({ returns: Shift })
  shift(@Arg("to") to: Shift): Shift {
    const shift = Object.assign(new Shift(), { gear: to.gear, pace: to.pace ?? this.pace });
    this.shifted.next(shift);
    return shift;
  }
}
