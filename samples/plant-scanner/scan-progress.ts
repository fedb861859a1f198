/** How many views of a scan are taken. */
export class ScanProgress {
  constructor(
    readonly at = 0,
    readonly of = 0,
  ) {}
}
