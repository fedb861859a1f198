import { IsInt, Min } from "class-validator";

/** How many views of a scan are taken. */
export class ScanProgress {
  @IsInt() @Min(0) readonly at: number;
  @IsInt() @Min(0) readonly of: number;

  constructor(at = 0, of = 0) {
    this.at = at;
    this.of = of;
  }
}
