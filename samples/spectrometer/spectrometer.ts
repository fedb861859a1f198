import { firstValueFrom, interval, map, share, skip, takeUntil, fromEvent, take, toArray } from "rxjs";
import {
  Arg,
  BufferMethod,
  CallContext,
  injectable,
  InjectClient,
  Integer,
  nd,
  type Remote,
  RpcProperty,
  RpcService,
  Signal,
  withOptions,
} from "rigwire";
import { expose, PIXELS, wavelengths } from "./detector";
import { meanOf, placesBetween, type RasterScan, ScanProgress } from "./raster-scan";
import { Stage, STAGE_RANGE } from "./stage";

/** Twenty spectra a second. */
const EXPOSURE_MS = 50;

/** Spectra that make one place of a scan. */
const MEANT_OF = 4;

/** The longest silence of a scan: the slowest way from end to end, and four spectra. */
const PLACE_WITHIN_MS = 30_000;

/** Looks at a film that lies on the stage. */
@injectable()
@RpcService({ type: "spectrometer" })
export class Spectrometer {
  /** Exposes only while somebody looks. */
  @Signal(Float64Array, { unit: "counts", show: "main", description: "a spectrum, while somebody looks" })
  readonly measured = interval(EXPOSURE_MS).pipe(
    map(() => expose(this.isLampOn ? this.position : undefined)),
    share(),
  );

  /** Of each pixel. */
  @RpcProperty({
    readonly: true,
    unit: "nm",
    precision: 2,
    type: Float64Array,
    show: "detail",
    description: "of each pixel",
  })
  wavelengths: Float64Array = wavelengths();

  private isLampOn = false;
  /** What of the film lies below the lens. */
  private position = 0;

  constructor(@InjectClient(Stage) private readonly stage: Remote<Stage>) {
    stage.position.changes$.subscribe((position) => (this.position = position));
  }

  /**
   * Measures at places along the stage, evenly spread. However it ends, the lamp is off and the stage stands.
   *
   * @param from - The first place, in mm.
   * @param to - The last place, in mm.
   * @param places - How many.
   */
  @BufferMethod({
    progress: ScanProgress,
    timeout: { idle: PLACE_WITHIN_MS },
    description: "measures at places along the stage: positions in mm, wavelengths in nm, counts of each",
  })
  async *scan(
    @Arg("from", { ...STAGE_RANGE, description: "the first place" }) from: number,
    @Arg("to", { ...STAGE_RANGE, description: "the last place" }) to: number,
    @Arg("places", { type: Integer, min: 2, max: 1_000, description: "how many" }) places: number,
  ): AsyncGenerator<ScanProgress, RasterScan> {
    const { signal } = CallContext.current();
    const stage = withOptions(this.stage, { signal });
    const positions = placesBetween(from, to, places);
    const counts = new Float64Array(places * PIXELS);
    this.isLampOn = true;
    try {
      for (const [place, position] of positions.entries()) {
        await stage.moveTo(position);
        counts.set(await this.spectrum(signal), place * PIXELS);
        yield new ScanProgress(place + 1, places);
      }
      return { positions, wavelengths: this.wavelengths, counts: nd(counts, [places, PIXELS]) };
    } finally {
      this.isLampOn = false;
      await this.stage.stop();
    }
  }

  private async spectrum(signal: AbortSignal): Promise<Float64Array> {
    // The first was begun while the stage still moved.
    const spectra = this.measured.pipe(
      skip(1),
      take(MEANT_OF),
      takeUntil(fromEvent(signal, "abort")),
      toArray(),
    );
    const taken = await firstValueFrom(spectra);
    signal.throwIfAborted();
    return meanOf(taken);
  }
}
