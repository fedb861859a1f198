import { withArraysAside } from "./arrays-aside";
import { flatInstance } from "./flat-instance";
import { classTransformer } from "./validator";
import { type Constructor } from "./value-type";

/** Makes an instance of a class of a plain object, by class-transformer; arrays of numbers in it stay as they are. */
export function instanceByTransformer(dto: Constructor<object>, plain: object): object {
  return (
    flatInstance(dto, plain) ??
    withArraysAside(plain, (rest) => classTransformer().plainToInstance(dto as new () => object, rest))
  );
}
