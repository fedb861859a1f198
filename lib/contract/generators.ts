/** What a method that yields returns: runs on only when it is asked to, and can be told to end. */
export type AnyGenerator = Generator<unknown, unknown> | AsyncGenerator<unknown, unknown>;

const GENERATOR_FUNCTIONS = new Set(["AsyncGeneratorFunction", "GeneratorFunction"]);

/** Whether a function yields, as it is written; not where a compiler made something else of it. */
export function isGeneratorFunction(value: unknown): boolean {
  return typeof value === "function" && GENERATOR_FUNCTIONS.has(value.constructor.name);
}

/** Whether something was made by a function that yields, whatever a compiler made of it. */
export function isGenerator(value: unknown): value is AnyGenerator {
  if (typeof value !== "object" || value === null || !("next" in value)) return false;
  if (typeof value.next !== "function" || !("return" in value)) return false;
  return typeof value.return === "function" && (Symbol.asyncIterator in value || Symbol.iterator in value);
}
