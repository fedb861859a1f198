import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ImageInfo } from "./camera-contract";
import { contactSheet } from "./imaging/contact-sheet";
import { turned } from "./imaging/turned-image";

interface View {
  readonly file: string;
  /** Where the turntable stood, in degrees. */
  readonly angle: number;
  readonly time: string;
  readonly info: ImageInfo;
}

/** One scan on disk: a picture a view, `metadata.json`, and all views on one sheet. */
export class ScanFolder {
  readonly files: string[] = [];
  private readonly views: View[] = [];
  private readonly images: { angle: number; image: Uint8Array }[] = [];

  private constructor(
    readonly path: string,
    private readonly name: string,
  ) {}

  /** Makes the folder `parent/name`; an earlier scan of that name is replaced. */
  static async create(parent: string, name: string): Promise<ScanFolder> {
    const path = join(parent, name);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    return new ScanFolder(path, name);
  }

  async add(angle: number, image: Uint8Array, info: ImageInfo): Promise<void> {
    const number = String(this.views.length).padStart(3, "0");
    const file = `view-${number}.${info.format === "jpeg" ? "jpg" : "png"}`;
    await this.write(file, image);
    this.views.push({ file, angle, time: new Date().toISOString(), info });
    this.images.push({ angle, image: await turned(image, info.rotation) });
  }

  async finish(): Promise<void> {
    await this.write("metadata.json", `${JSON.stringify({ name: this.name, views: this.views }, null, 2)}\n`);
    const sheet = await contactSheet(this.images);
    await this.write("contact-sheet.jpg", sheet.data);
  }

  private async write(file: string, content: string | Uint8Array): Promise<void> {
    await writeFile(join(this.path, file), content);
    this.files.push(file);
  }
}
