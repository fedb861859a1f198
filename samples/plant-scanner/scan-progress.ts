import { IsInt, Min } from "class-validator";

/** How many views of a scan are taken. */
export class ScanProgress {
  @IsInt() @Min(0) readonly at: number;
  @IsInt() @Min(1) readonly of: number;

  constructor(at = 0, of = 1) {
    this.at = at;
    this.of = of;
  }
}
