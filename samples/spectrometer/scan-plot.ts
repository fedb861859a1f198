import { type Colour } from "./plot/canvas";
import { type Curve, drawLinePlot } from "./plot/line-plot";
import { type RasterScan } from "./raster-scan";

/** From blue to red along the film; of more curves they could not be told apart. */
const COLOURS: readonly Colour[] = [
  [44, 74, 168],
  [24, 140, 170],
  [60, 150, 70],
  [226, 148, 20],
  [200, 50, 50],
];

/** Some spectra of a scan over each other, as the bytes of a PNG file. */
export function scanPlot(scan: RasterScan): Buffer {
  const { positions } = scan;
  const count = Math.min(COLOURS.length, positions.length);
  const curves = COLOURS.slice(0, count).map((colour, index) => {
    const place = Math.round((index / (count - 1)) * (positions.length - 1));
    return curveOf(scan, place, colour);
  });
  return drawLinePlot({
    title: `Spectra at ${count} of ${positions.length} places of the film`,
    xLabel: "wavelength in nm",
    yLabel: "counts",
    curves,
  }).toPng();
}

function curveOf({ positions, wavelengths, counts }: RasterScan, place: number, colour: Colour): Curve {
  const pixels = wavelengths.length;
  return {
    label: `${(positions[place] ?? 0).toFixed(1)} mm`,
    colour,
    x: wavelengths,
    y: counts.data.subarray(place * pixels, (place + 1) * pixels),
  };
}
