import { type RasterScan } from "./raster-scan";

/** A scan as a table: a row for each wavelength, a column for each place. */
export function scanCsv({ positions, wavelengths, counts }: RasterScan): string {
  const pixels = wavelengths.length;
  const titles = [
    "wavelength_nm",
    ...Array.from(positions, (position) => `counts_at_${position.toFixed(3)}_mm`),
  ];
  const rows = Array.from(wavelengths, (wavelength, pixel) => [
    wavelength.toFixed(3),
    ...Array.from(positions, (_, place) => String(counts.data[place * pixels + pixel])),
  ]);
  return [titles, ...rows].map((row) => `${row.join(",")}\n`).join("");
}
