import sharp from "sharp";
import { type EncodedImage, type ImageFormat } from "./image-encoding";
import { numberStrokes } from "./number-strokes";
import { type PictureSize } from "./picture";

/** One image of a scan. */
export interface ScanView {
  /** The turntable's angle in degrees, the tile's label. */
  readonly angle: number;
  /** The image as a camera delivers it: a whole JPEG, PNG, WebP or TIFF file. */
  readonly image: Uint8Array;
}

export interface ContactSheetOptions {
  /** Default "jpeg". */
  readonly format?: ImageFormat;
  /** The sheet's width in pixels. Default 1920. */
  readonly width?: number;
}

/** Where the tiles lie; everything in pixels. */
interface Layout {
  readonly sheet: PictureSize;
  readonly tile: PictureSize;
  readonly columns: number;
  readonly gap: number;
  /** What whole pixels leave over, half of it on each side. */
  readonly inset: number;
  readonly labelHeight: number;
}

const PAPER = "#f3f4f2";
const INK = "#3c464b";
/** The sheet's proportions that are aimed at: those of a screen. */
const SHEET_PROPORTIONS = 16 / 9;
const LABEL_SHARE = 0.15;
const MAX_LABEL_SHARE_OF_WIDTH = 0.03;
const GAP_SHARE = 0.012;

/**
 * Lays all views of a scan out on one sheet, in the order given, each above its angle. Each image is shown whole, its
 * proportions kept; the tiles take the mean proportions of the images.
 *
 * @throws RangeError if there are no views; Error, naming the angle, if an image cannot be decoded.
 */
export async function contactSheet(
  views: readonly ScanView[],
  options: ContactSheetOptions = {},
): Promise<EncodedImage> {
  if (views.length === 0) throw new RangeError("A contact sheet needs at least one view");
  const { format = "jpeg", width = 1920 } = options;
  const sizes: PictureSize[] = [];
  for (const view of views) sizes.push(await uprightSize(view));
  const layout = layOut(sizes, width);

  const tiles: sharp.OverlayOptions[] = [{ input: Buffer.from(labels(views, layout)), left: 0, top: 0 }];
  // One after the other: a long scan's images would not fit into memory all at once.
  for (const [index, view] of views.entries()) tiles.push(await tileAt(view, index, layout));

  const sheet = sharp({ create: { ...layout.sheet, channels: 3, background: PAPER } }).composite(tiles);
  const encoder = format === "jpeg" ? sheet.jpeg({ quality: 90 }) : sheet.png();
  const { data, info } = await encoder.toBuffer({ resolveWithObject: true });
  return { data, format, rotation: 0, size: [info.width, info.height] };
}

/** `30°`, `7.5°`, `-12.25°`: as precise as the angle is, to hundredths. */
function angleLabel(angle: number): string {
  return `${Math.round(angle * 100) / 100}°`;
}

async function uprightSize({ angle, image }: ScanView): Promise<PictureSize> {
  try {
    const { autoOrient } = await sharp(image).metadata();
    return autoOrient;
  } catch (error) {
    throw new Error(`The view at ${angleLabel(angle)} cannot be decoded`, { cause: error });
  }
}

/** Tries every number of columns, and takes what comes nearest to a screen with few empty places. */
function layOut(sizes: readonly PictureSize[], width: number): Layout {
  const proportions = sizes.reduce((sum, size) => sum + size.width / size.height, 0) / sizes.length;
  const layouts = sizes.map((_, index) => layOutColumns(index + 1, sizes.length, proportions, width));
  const [first, ...others] = layouts;
  if (first === undefined) throw new RangeError("A contact sheet needs at least one view");
  return others.reduce(
    (best, layout) => (awkwardness(layout, sizes.length) < awkwardness(best, sizes.length) ? layout : best),
    first,
  );
}

function layOutColumns(columns: number, count: number, proportions: number, width: number): Layout {
  const gap = Math.round(width * GAP_SHARE);
  const tileWidth = Math.max(1, Math.floor((width - gap * (columns + 1)) / columns));
  const tileHeight = Math.max(1, Math.round(tileWidth / proportions));
  const labelHeight = Math.ceil(Math.min(tileWidth * LABEL_SHARE, width * MAX_LABEL_SHARE_OF_WIDTH));
  const rows = Math.ceil(count / columns);
  const used = gap + columns * (tileWidth + gap);
  return {
    sheet: {
      width: Math.max(width, used),
      height: gap + rows * (tileHeight + labelHeight + gap),
    },
    tile: { width: tileWidth, height: tileHeight },
    columns,
    gap,
    inset: Math.floor(Math.max(0, width - used) / 2),
    labelHeight,
  };
}

function awkwardness({ sheet, columns }: Layout, count: number): number {
  const emptyPlaces = (columns - (count % columns)) % columns;
  return Math.abs(Math.log(sheet.width / sheet.height / SHEET_PROPORTIONS)) + emptyPlaces / count;
}

function tileCorner(
  index: number,
  { tile, gap, inset, labelHeight, columns }: Layout,
): { left: number; top: number } {
  return {
    left: inset + gap + (index % columns) * (tile.width + gap),
    top: gap + Math.floor(index / columns) * (tile.height + labelHeight + gap),
  };
}

async function tileAt(view: ScanView, index: number, layout: Layout): Promise<sharp.OverlayOptions> {
  const { data, info } = await sharp(view.image)
    .autoOrient()
    .resize({ ...layout.tile, fit: "inside" })
    .flatten({ background: "#ffffff" })
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw new Error(`The view at ${angleLabel(view.angle)} cannot be decoded`, { cause: error });
    });
  const { left, top } = tileCorner(index, layout);
  return {
    input: data,
    raw: { width: info.width, height: info.height, channels: info.channels },
    left: left + Math.floor((layout.tile.width - info.width) / 2),
    top: top + Math.floor((layout.tile.height - info.height) / 2),
  };
}

/** All labels as one SVG document of the sheet's size. */
function labels(views: readonly ScanView[], layout: Layout): string {
  const { sheet, tile, labelHeight } = layout;
  const height = labelHeight * 0.5;
  const paths = views.map(({ angle }, index) => {
    const { lines, width } = numberStrokes(angleLabel(angle));
    const corner = tileCorner(index, layout);
    const left = corner.left + (tile.width - width * height) / 2;
    const top = corner.top + tile.height + labelHeight * 0.38;
    const strokes = lines.map((points) => {
      const places = points.map(
        ({ x, y }) => `${(left + x * height).toFixed(1)} ${(top + y * height).toFixed(1)}`,
      );
      return `M${places.join("L")}`;
    });
    return `<path d="${strokes.join("")}"/>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet.width}" height="${sheet.height}">
<g fill="none" stroke="${INK}" stroke-width="${(height * 0.11).toFixed(2)}" stroke-linecap="round" stroke-linejoin="round">
${paths.join("\n")}
</g></svg>`;
}
