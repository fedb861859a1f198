/** A line that the film emits where it is thinnest. */
interface Line {
  /** Nanometres. */
  readonly wavelength: number;
  /** Half of its width at half of its height, in nanometres. */
  readonly halfWidth: number;
  /** Counts of the detector at its top. */
  readonly height: number;
  /** Where on the film it is brightest, in mm. */
  readonly brightestAt: number;
}

const LINES: readonly Line[] = [
  { wavelength: 435.8, halfWidth: 0.9, height: 9_000, brightestAt: 20 },
  { wavelength: 486.1, halfWidth: 1.3, height: 17_000, brightestAt: 70 },
  { wavelength: 543.5, halfWidth: 1.6, height: 38_000, brightestAt: 45 },
  { wavelength: 549.9, halfWidth: 1.1, height: 11_000, brightestAt: 90 },
  { wavelength: 587.6, halfWidth: 1.4, height: 14_000, brightestAt: 10 },
  { wavelength: 611.4, halfWidth: 2.2, height: 27_000, brightestAt: 100 },
  { wavelength: 656.3, halfWidth: 1.2, height: 12_000, brightestAt: 0 },
];

/** How far its lines move towards red over the whole film, as a part of their wavelength. */
const SHIFT = 0.011;
const LENGTH_MM = 100;

/** The broad glow below the lines. */
const GLOW = { wavelength: 560, width: 75, height: 2_600 } as const;

/**
 * The light of a thin film that is strained more and more along the stage, so that its lines move towards red.
 *
 * @param wavelength - Nanometres.
 * @param position - Where the light comes from, in mm.
 * @returns Counts of the detector, without any noise.
 */
export function filmLight(wavelength: number, position: number): number {
  const stretch = 1 + SHIFT * (position / LENGTH_MM) ** 1.2;
  let counts = GLOW.height * Math.exp(-(((wavelength - GLOW.wavelength) / GLOW.width) ** 2));
  for (const line of LINES) {
    const away = (wavelength - line.wavelength * stretch) / line.halfWidth;
    const brightness = 0.65 + 0.35 * Math.cos(((position - line.brightestAt) / LENGTH_MM) * Math.PI);
    counts += (line.height * brightness) / (1 + away ** 2);
  }
  return counts;
}
