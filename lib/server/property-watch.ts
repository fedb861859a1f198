import { inheritedDescriptor } from "../contract/records";
import { ContractError } from "../errors";
import { decodeJson, encodeJson } from "../wire/json";
import { platform } from "../platform/current";
import { type Device } from "./device";

/**
 * Sees every assignment to one property of a device, local or remote, by standing before the field or accessor on the
 * object itself.
 *
 * @param onChange - Gets the value that is read back after an assignment, if it differs from the one before.
 * @returns Takes the watch away again; the property keeps its value.
 */
export function watchProperty(
  device: Device,
  member: string,
  onChange: (value: unknown) => void,
): () => void {
  const { target } = device;
  const own = Object.getOwnPropertyDescriptor(target, member);
  const property = propertyOf(target, member, own);
  Object.defineProperty(target, member, {
    configurable: true,
    enumerable: own?.enumerable ?? false,
    get: () => property.get(),
    set: (value: unknown) => {
      const before = snapshot(() => property.get());
      property.set(value);
      if (
        !platform().deepEqual(
          before,
          snapshot(() => property.get()),
        )
      )
        onChange(property.get());
    },
  });
  return () => {
    Reflect.deleteProperty(target, member);
    property.restore();
  };
}

/**
 * @throws ContractError if the object does not let its properties be redefined.
 */
export function checkWatchable({ target, className }: Device, member: string): void {
  const own = Object.getOwnPropertyDescriptor(target, member);
  if (own?.configurable !== false && Object.isExtensible(target)) return;
  throw new ContractError(`${className}.${member} cannot be watched: the object is frozen or sealed`, {
    member,
  });
}

/** A property as it was before it was watched. */
interface Property {
  get(): unknown;
  set(value: unknown): void;
  restore(): void;
}

function propertyOf(target: object, member: string, own: PropertyDescriptor | undefined): Property {
  const descriptor = inheritedDescriptor(target, member);
  if (descriptor?.get !== undefined || descriptor?.set !== undefined)
    return accessor(target, member, descriptor, own);
  let current: unknown = descriptor?.value;
  return {
    get: () => current,
    set: (value) => {
      if (descriptor?.writable === false) throw new TypeError(`${member} is read-only`);
      current = value;
    },
    restore: () => {
      const attributes = own ?? { writable: true, enumerable: true, configurable: true };
      Object.defineProperty(target, member, { ...attributes, value: current });
    },
  };
}

function accessor(
  target: object,
  member: string,
  descriptor: PropertyDescriptor,
  own: PropertyDescriptor | undefined,
): Property {
  return {
    get: () => descriptor.get?.call(target) as unknown,
    set: (value) => {
      if (descriptor.set === undefined) throw new TypeError(`${member} has no setter`);
      descriptor.set.call(target, value);
    },
    restore: () => {
      if (own !== undefined) Object.defineProperty(target, member, own);
    },
  };
}

/**
 * A structured value as it is now: the device may go on to change it in place. What cannot be read or compared gives
 * a symbol of its own, and so counts as changed.
 */
function snapshot(read: () => unknown): unknown {
  try {
    const value = read();
    return typeof value === "object" && value !== null ? decodeJson(encodeJson(value)) : value;
  } catch {
    return Symbol("cannot be read or compared");
  }
}
