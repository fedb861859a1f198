import type * as ClassTransformer from "class-transformer";
import type * as ClassValidator from "class-validator";
import { platform } from "../platform/current";

/**
 * class-validator and class-transformer, loaded when they are first needed: most devices and clients never do, and
 * they cost start-up time and memory.
 */

let validator: typeof ClassValidator | undefined;
let transformer: typeof ClassTransformer | undefined;

/** Whether anybody put a constraint on anything: without one nothing has to be loaded. */
export function isValidatorInUse(): boolean {
  return "classValidatorMetadataStorage" in globalThis;
}

export function classValidator(): typeof ClassValidator {
  validator ??= platform().load("class-validator") as typeof ClassValidator;
  return validator;
}

export function classTransformer(): typeof ClassTransformer {
  transformer ??= platform().load("class-transformer") as typeof ClassTransformer;
  return transformer;
}
