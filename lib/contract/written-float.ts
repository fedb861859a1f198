/** A number that JSON text gives with a fraction or an exponent, and how: `5.0`, `1e-07`. */
export class WrittenFloat {
  constructor(readonly text: string) {}

  get value(): number {
    return Number(this.text);
  }
}
