/** Words that cannot name anything, and names that annotations and bodies of a class use. */
const TAKEN = (
  "False None True and as assert async await break class continue def del elif else except finally for from global if " +
  "import in is lambda nonlocal not or pass raise return try while with yield match case type print self cls " +
  "int float str bool bytes list dict tuple set object property result close aclose mro"
).split(" ");

/** `moveTo` → `move_to`, `videoURL` → `video_url`. */
export function snakeCase(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}

/** Names of Python for one class, function or module: each an identifier in ASCII, none twice. */
export class PythonNames {
  private readonly used: Set<string>;

  /** @param taken - Further names that none of them has. */
  constructor(taken: Iterable<string> = []) {
    this.used = new Set([...TAKEN, ...taken]);
  }

  /** @param wanted - Whatever a device calls it. */
  take(wanted: string, fallback: string): string {
    // What begins with an underscore would be private, or changed by Python.
    const cleaned = wanted.replaceAll(/\W+/g, "_").replace(/^_+/, "");
    const usable = cleaned === "" ? fallback : /^\d/.test(cleaned) ? `${fallback}_${cleaned}` : cleaned;
    let name = usable;
    // As Python's own style has it: class_.
    if (this.used.has(name)) name = `${usable}_`;
    for (let number = 2; this.used.has(name); number++) name = `${usable}_${number}`;
    this.used.add(name);
    return name;
  }
}
