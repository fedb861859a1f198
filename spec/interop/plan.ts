import { Type } from "class-transformer";
import { IsDate, IsEnum, IsInt, IsOptional, Max, Min, ValidateNested } from "class-validator";

export enum Pace {
  Slow = "slow",
  Fast = "fast",
}

export class Step {
  @IsInt() @Min(0) @Max(100) target: number = 0;
  @IsEnum(Pace) pace: Pace = Pace.Slow;
  @IsOptional() @IsDate() @Type(() => Date) notBefore?: Date;
}

/** Steps within a plan. */
export class Plan {
  @ValidateNested({ each: true }) @Type(() => Step) steps: Step[] = [];
  @IsOptional() @ValidateNested() @Type(() => Step) homing?: Step;
}
