/** The known name that was most likely meant; nothing where none is near. */
export function suggestionFor(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(plain(name), plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= Math.max(1, name.length / 3) ? best.candidate : undefined;
}

/** `, did you mean get_image?`, or nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const suggestion = suggestionFor(name, known);
  return suggestion === undefined ? "" : ` (did you mean ${suggestion}?)`;
}

function plain(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[_\-\s]/g, "")
    .slice(0, LONGEST_COMPARED);
}

/** The comparison takes time with the square of it. */
const LONGEST_COMPARED = 64;

/** How many letters are to be changed, added or taken away (Levenshtein). */
function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substitution, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
