const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Words that cannot name a parameter, or mean something else in a class. */
const TAKEN = new Set(
  (
    "arguments await break case catch class const constructor continue debugger default delete do else enum eval " +
    "export extends false finally for function if implements import in instanceof interface let new null package " +
    "private protected prototype public remote return static super switch this throw true try typeof var void while " +
    "with yield __proto__"
  ).split(" "),
);

/** Names for the members of one class, or the parameters of one method: each an identifier, none twice. */
export class Identifiers {
  private readonly used = new Set<string>();

  /** @param wanted - Whatever a device calls it. */
  take(wanted: string, fallback: string): string {
    const usable = IDENTIFIER.test(wanted) && !TAKEN.has(wanted) ? wanted : cleaned(wanted, fallback);
    let name = usable;
    for (let number = 2; this.used.has(name); number++) name = `${usable}${number}`;
    this.used.add(name);
    return name;
  }
}

/** `get_image` → `getImage`; what is no snake_case stays. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_+([a-z0-9])/gi, (_, letter: string) => letter.toUpperCase());
}

/** `plant-camera` → `PlantCamera`. */
export function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return /^\d/.test(joined) ? `Device${joined}` : joined;
}

function cleaned(wanted: string, fallback: string): string {
  const parts = wanted.split(/[^\w$]+/).filter((part) => part !== "");
  const name = parts
    .map((part, index) => (index === 0 ? part : part.charAt(0).toUpperCase() + part.slice(1)))
    .join("");
  if (name === "") return fallback;
  return IDENTIFIER.test(name) && !TAKEN.has(name) ? name : `_${name}`;
}
