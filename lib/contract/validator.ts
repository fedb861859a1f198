import type * as ClassTransformer from "class-transformer";
import type * as ClassValidator from "class-validator";
import { platform } from "../platform/current";

/**
 * class-validator and class-transformer, loaded when they are first needed: most devices and clients never do, and
 * they cost start-up time and memory.
 */

/** A rule of class-validator on one property. */
export type Rule = ReturnType<ClassValidator.MetadataStorage["getTargetValidationMetadatas"]>[number];

let validator: typeof ClassValidator | undefined;
let transformer: typeof ClassTransformer | undefined;

/**
 * Where class-validator keeps the constraints of all classes, without loading it: a client's contract carries them, and
 * needs nobody who checks them.
 *
 * @returns Nothing where nobody put a constraint on anything.
 */
export function constraintStorage(): ClassValidator.MetadataStorage | undefined {
  return Reflect.get(globalThis, "classValidatorMetadataStorage") as
    ClassValidator.MetadataStorage | undefined;
}

export function classValidator(): typeof ClassValidator {
  validator ??= platform().load("class-validator") as typeof ClassValidator;
  return validator;
}

export function classTransformer(): typeof ClassTransformer {
  transformer ??= platform().load("class-transformer") as typeof ClassTransformer;
  return transformer;
}
