/** A letter of the L-system's word; what else it carries are its parameters. */
export interface LSystemModule {
  readonly symbol: string;
}

/** Gives what takes a module's place in the next word; a module that does not grow gives itself. */
export type Production<M extends LSystemModule> = (module: M) => readonly M[];

/**
 * Rewrites every module of a word at once, `steps` times (Prusinkiewicz and Lindenmayer, "The Algorithmic Beauty
 * of Plants", 1990: a parametric L-system; it is stochastic if the production draws random numbers).
 */
export function rewrite<M extends LSystemModule>(
  axiom: readonly M[],
  production: Production<M>,
  steps: number,
): readonly M[] {
  let word = axiom;
  for (let step = 0; step < steps; step++) word = word.flatMap(production);
  return word;
}
