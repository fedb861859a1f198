import { withArraysAside } from "./arrays-aside";
import { classTransformer } from "./validator";
import { type Constructor } from "./value-type";

/** Makes an instance of a class of a plain object, by class-transformer; arrays of numbers in it stay as they are. */
export function dtoInstance(dto: Constructor<object>, plain: object): object {
  return withArraysAside(plain, (rest) => classTransformer().plainToInstance(dto as new () => object, rest));
}
