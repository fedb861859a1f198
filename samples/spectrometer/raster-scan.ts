import { IsInt, Min } from "class-validator";
import { type NdArray } from "rigwire";

/** How many places of a scan are measured. */
export class ScanProgress {
  @IsInt() @Min(0) readonly at: number;
  @IsInt() @Min(0) readonly of: number;

  constructor(at = 0, of = 0) {
    this.at = at;
    this.of = of;
  }
}

/** What a scan measured. */
export interface RasterScan {
  /** Places on the film, in mm. */
  readonly positions: Float64Array;
  /** Of each pixel, in nanometres. */
  readonly wavelengths: Float64Array;
  /** A row for each place and a column for each pixel. */
  readonly counts: NdArray<Float64Array>;
}

/** The places of a scan, evenly spread, both ends included. */
export function placesBetween(from: number, to: number, places: number): Float64Array {
  return Float64Array.from({ length: places }, (_, place) => from + ((to - from) * place) / (places - 1));
}

/** The mean of some spectra, pixel by pixel. */
export function meanOf(spectra: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(spectra[0]?.length ?? 0);
  for (const spectrum of spectra)
    spectrum.forEach((counts, pixel) => (sum[pixel] = (sum[pixel] ?? 0) + counts));
  return sum.map((counts) => counts / spectra.length);
}
