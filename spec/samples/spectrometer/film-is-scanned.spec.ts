import sharp from "sharp";
import { filter, firstValueFrom, take, timeout, toArray } from "rxjs";
import { CallAbortedError, InterruptedError, type Remote, RigApp, ValidationError } from "rigwire";
import { type RasterScan, type ScanProgress } from "../../../samples/spectrometer/raster-scan";
import { scanCsv } from "../../../samples/spectrometer/scan-csv";
import { scanPlot } from "../../../samples/spectrometer/scan-plot";
import { Spectrometer } from "../../../samples/spectrometer/spectrometer";
import { Stage } from "../../../samples/spectrometer/stage";
import { closing } from "../../support/closing";

const WITHIN_MS = 5_000;
const PIXELS = 2_048;

async function startRig(): Promise<{ spectrometer: Remote<Spectrometer>; stage: Remote<Stage> }> {
  const app = closing(new RigApp());
  app.serve(Stage, { name: "stage" }).serve(Spectrometer, { name: "spectrometer" });
  await app.start();
  return { spectrometer: app.client(Spectrometer), stage: app.client(Stage) };
}

/** The wavelength at which a place of a scan is brightest. */
function brightest({ wavelengths, counts }: RasterScan, place: number): number {
  const row = counts.data.subarray(place * PIXELS, (place + 1) * PIXELS);
  return wavelengths[row.indexOf(Math.max(...row))] ?? NaN;
}

/** Resolves when the stage is past a place, in mm. */
function stagePasses(stage: Remote<Stage>, place: number): Promise<number> {
  return firstValueFrom(
    stage.positionChanged.pipe(
      filter((position) => position > place),
      timeout(WITHIN_MS),
    ),
  );
}

describe("a scan of the film", () => {
  it("tells its progress, shows how the lines shift, and becomes a table and a plot", async () => {
    const { spectrometer, stage } = await startRig();
    const told: ScanProgress[] = [];
    const run = spectrometer.scan(30, 60, 3);
    run.progress$.subscribe((progress) => told.push(progress));

    const scan = await run;

    expect(told).toEqual([
      { at: 1, of: 3 },
      { at: 2, of: 3 },
      { at: 3, of: 3 },
    ]);
    expect(await stage.position.get()).toBe(60);
    expect(scan.positions).toEqual(Float64Array.of(30, 45, 60));
    expect(scan.counts.shape).toEqual([3, PIXELS]);
    expect(brightest(scan, 2) - brightest(scan, 0)).toBeGreaterThan(1);

    const [titles, ...rows] = scanCsv(scan).trimEnd().split("\n");
    expect(titles).toBe("wavelength_nm,counts_at_30.000_mm,counts_at_45.000_mm,counts_at_60.000_mm");
    expect(rows).toHaveLength(PIXELS);
    expect(rows[0]?.split(",")).toEqual([
      "400.000",
      ...[0, 1, 2].map((place) => String(scan.counts.at(place, 0))),
    ]);
    const plot = sharp(scanPlot(scan));
    expect(await plot.metadata()).toMatchObject({ format: "png", width: 1_200, height: 720, channels: 3 });
    expect((await plot.stats()).channels[0]).toMatchObject({ max: 255 });
    expect((await plot.stats()).isOpaque).toBe(true);
  });

  it("stops the stage when its caller gives up, and can begin anew", async () => {
    const { spectrometer, stage } = await startRig();
    let furthest = 0;
    stage.positionChanged.subscribe((position) => (furthest = Math.max(furthest, position)));
    const run = spectrometer.scan(0, 100, 2);
    await stagePasses(stage, 1);
    run.cancel();
    await expect(run).rejects.toThrow(CallAbortedError);

    // It has its turn when the first has ended.
    await spectrometer.scan(1, 0, 2);
    expect(await stage.position.get()).toBe(0);
    expect(furthest).toBeLessThan(50);
  });

  it("ends when somebody stops the stage", async () => {
    const { spectrometer, stage } = await startRig();
    const run = spectrometer.scan(0, 100, 2);
    const ended = expect(run).rejects.toThrow("stop interrupted it");
    await stagePasses(stage, 1);
    await stage.stop();
    await ended;
    expect(await stage.position.get()).toBeLessThan(100);
  });
});

describe("the spectrometer", () => {
  it("tells spectra of 2,048 points while somebody looks, dark ones while it does not scan", async () => {
    const { spectrometer } = await startRig();
    const spectra = await firstValueFrom(spectrometer.measured.pipe(take(3), toArray(), timeout(WITHIN_MS)));
    expect(spectra.map(({ length }) => length)).toEqual([PIXELS, PIXELS, PIXELS]);
    expect(Math.max(...spectra.flatMap((spectrum) => [...spectrum]))).toBeLessThan(1_000);
  });
});

describe("the stage", () => {
  it("stops at once in the middle of a move", async () => {
    const { stage } = await startRig();
    const move = stage.moveTo(100);
    await firstValueFrom(move.progress$.pipe(timeout(WITHIN_MS)));
    const ended = expect(move).rejects.toThrow(InterruptedError);
    await stage.stop();
    await ended;
    expect(await stage.position.get()).toBeLessThan(100);
  });

  it("refuses targets that it does not reach", async () => {
    const { stage } = await startRig();
    await expect(stage.moveTo(100.5)).rejects.toThrow(ValidationError);
    await expect(stage.moveTo(100.5)).rejects.toThrow("target must not be greater than 100, and is 100.5");
  });
});
