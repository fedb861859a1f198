import { IsString } from "class-validator";

/** What a scan left behind. */
export class ScanResult {
  /** Where its files are. */
  @IsString() readonly folder: string;

  /** Their names. */
  @IsString({ each: true }) readonly files: readonly string[];

  constructor(folder = "", files: readonly string[] = []) {
    this.folder = folder;
    this.files = files;
  }
}
