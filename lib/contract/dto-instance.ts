import { type Constructor } from "./value-type";

type InstanceMaker = (dto: Constructor<object>, plain: object) => object;

let load = (): InstanceMaker => {
  throw new Error(
    'objects of a class need class-transformer: import "rigwire/browser/class-transformer" once in the page',
  );
};
let make: InstanceMaker | undefined;

/** Installs what makes instances, loaded when it is first needed; the package's entries do so. */
export function makeInstancesBy(loader: () => InstanceMaker): void {
  load = loader;
}

/** Makes an instance of a class of a plain object. */
export function dtoInstance(dto: Constructor<object>, plain: object): object {
  make ??= load();
  return make(dto, plain);
}
