import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { FolderSource } from "../../../samples/plant-scanner/imaging/folder-source";
import { cornersOf, fourCornersFile, UPRIGHT } from "./four-corners";

const LARGE = { width: 1000, height: 1000 };

describe("a folder of photographs", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "rigwire-photographs-"));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  async function put(files: Readonly<Record<string, string | Buffer>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  }

  async function namesOf(source: FolderSource, count: number): Promise<string[]> {
    const names: string[] = [];
    for (let index = 0; index < count; index++) names.push((await source.next(LARGE)).name);
    return names;
  }

  it("is served in the natural order of the names, around and around", async () => {
    const photograph = await fourCornersFile("jpeg");
    await put({ "view-10.jpg": photograph, "view-2.jpg": photograph, "view-1.jpg": photograph });

    const names = await namesOf(await FolderSource.open(folder), 5);

    expect(names).toEqual(["view-1.jpg", "view-2.jpg", "view-10.jpg", "view-1.jpg", "view-2.jpg"]);
  });

  it("gives pictures asked for at the same time one after the other", async () => {
    const photograph = await fourCornersFile("jpeg");
    await put({ "1.jpg": photograph, "2.jpg": photograph, "3.jpg": photograph });
    const source = await FolderSource.open(folder);

    const pictures = await Promise.all([source.next(LARGE), source.next(LARGE), source.next(LARGE)]);

    expect(pictures.map(({ name }) => name)).toEqual(["1.jpg", "2.jpg", "3.jpg"]);
  });

  it.each([
    ["a.jpg", "jpeg"],
    ["a.JPEG", "jpeg"],
    ["a.png", "png"],
    ["a.webp", "webp"],
    ["a.tif", "tiff"],
    ["a.TIFF", "tiff"],
  ] as const)("may hold %s", async (name, format) => {
    await put({ [name]: await fourCornersFile(format, { width: 80, height: 40 }) });

    const picture = await (await FolderSource.open(folder)).next(LARGE);

    expect([picture.width, picture.height, await cornersOf(picture)]).toEqual([80, 40, UPRIGHT]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    "shows a photograph of EXIF orientation %d upright",
    async (orientation) => {
      const photograph = await fourCornersFile("png", { width: 40, height: 20, orientation });
      await put({ "a.png": photograph });

      const picture = await (await FolderSource.open(folder)).next(LARGE);

      expect([picture.width > picture.height, await cornersOf(picture)]).toEqual(EXIF_RESULT[orientation]);
    },
  );

  it("gives three bytes a pixel for a grey picture of sixteen bits", async () => {
    const grey = await sharp({ create: { width: 8, height: 4, channels: 3, background: "#808080" } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    await put({ "grey.png": grey });

    const { pixels } = await (await FolderSource.open(folder)).next(LARGE);

    expect([...new Set(pixels), pixels.length]).toEqual([128, 8 * 4 * 3]);
  });

  it("reduces a photograph to the size asked for", async () => {
    await put({ "a.jpg": await fourCornersFile("jpeg", { width: 400, height: 200 }) });

    const picture = await (await FolderSource.open(folder)).next({ width: 100, height: 100 });

    expect([picture.width, picture.height]).toEqual([100, 50]);
  });

  it("skips what is no picture, with the reason", async () => {
    await put({ "1.jpg": "not a picture", "2.jpg": await fourCornersFile("jpeg"), "notes.txt": "" });
    await mkdir(join(folder, "raw"));
    const source = await FolderSource.open(folder);

    const names = await namesOf(source, 2);

    expect([names, source.skipped]).toEqual([
      ["2.jpg", "2.jpg"],
      [
        { name: "notes.txt", reason: expect.stringContaining("does not end like a picture") },
        { name: "raw", reason: expect.stringContaining("is a folder") },
        { name: "1.jpg", reason: expect.stringContaining("unsupported image format") },
      ],
    ]);
  });

  it("skips a photograph that ends too early", async () => {
    const whole = await fourCornersFile("jpeg", { width: 400, height: 400 });
    await put({ "1.jpg": whole.subarray(0, whole.length / 2), "2.jpg": whole });

    const names = await namesOf(await FolderSource.open(folder), 1);

    expect(names).toEqual(["2.jpg"]);
  });

  it("tells of a skipped file once", async () => {
    await put({ "1.jpg": "not a picture", "2.jpg": await fourCornersFile("jpeg") });
    const told: string[] = [];
    const source = await FolderSource.open(folder, { onSkipped: ({ name }) => told.push(name) });

    await namesOf(source, 3);

    expect(told).toEqual(["1.jpg"]);
  });

  it("ignores hidden files", async () => {
    await put({ "._1.jpg": "", "1.jpg": await fourCornersFile("jpeg") });

    const source = await FolderSource.open(folder);

    expect([await namesOf(source, 1), source.skipped]).toEqual([["1.jpg"], []]);
  });

  it("is refused if it does not exist, with its name", async () => {
    const missing = join(folder, "missing");

    await expect(FolderSource.open(missing)).rejects.toThrow(`${missing} cannot be read: it does not exist`);
  });

  it("is refused if it is a file", async () => {
    await put({ "a.jpg": "" });

    await expect(FolderSource.open(join(folder, "a.jpg"))).rejects.toThrow(/it is not a folder/);
  });

  it("is refused if it holds no picture, with what it holds instead", async () => {
    await put({ "notes.txt": "" });

    await expect(FolderSource.open(folder)).rejects.toThrow(/No picture .*\n {2}notes\.txt: its name/);
  });

  it("fails, and does not hang, when no file is left that is a picture", async () => {
    await put({ "1.jpg": "not a picture", "2.jpg": "" });
    const source = await FolderSource.open(folder);

    await expect(source.next(LARGE)).rejects.toThrow(/No picture [^]*1\.jpg: [^]*2\.jpg: /);
  });
});

/** Whether the upright picture lies on its long side, and its corners' colours; from the EXIF specification, 2.32. */
const EXIF_RESULT: Readonly<Record<number, readonly [isWide: boolean, corners: readonly string[]]>> = {
  1: [true, ["red", "green", "blue", "white"]],
  2: [true, ["green", "red", "white", "blue"]],
  3: [true, ["blue", "white", "red", "green"]],
  4: [true, ["white", "blue", "green", "red"]],
  5: [false, ["red", "white", "blue", "green"]],
  6: [false, ["white", "red", "green", "blue"]],
  7: [false, ["blue", "green", "red", "white"]],
  8: [false, ["green", "blue", "white", "red"]],
};
