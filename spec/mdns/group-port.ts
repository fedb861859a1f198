/** A UDP port for the group of one test, above those that other tests take. */
export function groupPort(): number {
  return 31_000 + Math.floor(Math.random() * 1_500);
}
