import { IsInt, Max, Min } from "class-validator";

/** How a scan is done. */
export class ScanConfig {
  /** Pictures of one turn, evenly spread. */
  @IsInt()
  @Min(1)
  @Max(360)
  views = 12;
}
