import { filmLight } from "./film";

export const PIXELS = 2_048;

const FIRST_NM = 400;
const LAST_NM = 700;
const LARGEST_COUNT = 65_535;
const DARK_COUNTS = 310;
const READ_NOISE_COUNTS = 60;
const ELECTRONS_PER_COUNT = 0.1;

/** The wavelength of each pixel, in nanometres. */
export function wavelengths(): Float64Array {
  const step = (LAST_NM - FIRST_NM) / (PIXELS - 1);
  return Float64Array.from({ length: PIXELS }, (_, pixel) => FIRST_NM + pixel * step);
}

const WAVELENGTHS = wavelengths();

/**
 * One exposure of a line sensor.
 *
 * @param position - Where on the film it looks, in mm; nothing while the lamp is off.
 * @returns Counts of each pixel: whole numbers with the noise of the light and of reading out.
 */
export function expose(position: number | undefined): Float64Array {
  return WAVELENGTHS.map((wavelength) => {
    const light = position === undefined ? 0 : filmLight(wavelength, position);
    const noise = Math.hypot(READ_NOISE_COUNTS, Math.sqrt(light / ELECTRONS_PER_COUNT));
    const counts = Math.round(DARK_COUNTS + light + noise * normallyDistributed());
    return Math.min(Math.max(counts, 0), LARGEST_COUNT);
  });
}

/** A random number around 0 with the standard deviation 1, by Box and Muller. */
function normallyDistributed(): number {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
