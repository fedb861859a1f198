/** Makes something of an object when it is first asked for, and gives the same from then on. */
export function remembered<Source extends object, T>(make: (source: Source) => T): (source: Source) => T {
  const made = new WeakMap<Source, T>();
  return (source) => {
    let known = made.get(source);
    if (known === undefined) {
      known = make(source);
      made.set(source, known);
    }
    return known;
  };
}
