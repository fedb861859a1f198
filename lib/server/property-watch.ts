import { inheritedDescriptor } from "../contract/records";
import { whyNotJson } from "../contract/value-type";
import { BadValue, ContractError } from "../errors";
import { OutgoingArrays } from "../wire/outgoing-arrays";
import { decodeJson, encodeJson } from "../wire/json";
import { platform } from "../platform/current";
import { AwaitedChanges } from "./awaited-changes";
import { type Device } from "./device";
import { isPromise } from "./is-promise";

/**
 * Sees every assignment to one property of a device, local or remote, by standing before the field or accessor on the
 * object itself.
 *
 * @param onChange - Gets the value that is read back after an assignment, if it differs from the one before; of an
 *   asynchronous getter when it is there, if it differs from the one that was told last.
 * @param onFailure - Gets the error of an asynchronous getter, and the bad value that any getter gave.
 * @param onAssigned - Called after each assignment, also of an equal value, that left the property readable, and before
 *   `onChange`.
 * @returns Takes the watch away again; the property keeps its value.
 */
export function watchProperty(
  device: Device,
  member: string,
  onChange: (value: unknown) => void,
  onFailure: (error: unknown) => void,
  onAssigned: () => void,
): () => void {
  const { target } = device;
  const own = Object.getOwnPropertyDescriptor(target, member);
  const property = propertyOf(target, member, own);
  const awaited = new AwaitedChanges(onChange, onFailure, (value) => snapshot(() => value));
  Object.defineProperty(target, member, {
    configurable: true,
    enumerable: own?.enumerable ?? false,
    get: () => property.get(),
    set: (value: unknown) => {
      const before = snapshot(() => property.get());
      property.set(value);
      const seen: { bad?: BadValue } = {};
      const after = snapshot(() => {
        try {
          return property.get();
        } catch (error) {
          if (error instanceof BadValue) seen.bad = error;
          throw error;
        }
      });
      // Whoever assigned did nothing wrong: that the value is bad is something to be told as well.
      if (seen.bad !== undefined) {
        onFailure(seen.bad);
      } else if (isPromise(after)) {
        void Promise.resolve(after).then(onAssigned, () => undefined);
        awaited.assigned(after);
      } else {
        onAssigned();
        if (!platform().deepEqual(before, after)) onChange(property.get());
      }
    },
  });
  return () => {
    Reflect.deleteProperty(target, member);
    property.restore();
  };
}

/**
 * Sees every assignment to a property of which no change is told.
 *
 * @returns Takes the watch away again.
 */
export function watchAssignments(device: Device, member: string, onAssigned: () => void): () => void {
  const { target } = device;
  const own = Object.getOwnPropertyDescriptor(target, member);
  const property = propertyOf(target, member, own);
  Object.defineProperty(target, member, {
    configurable: true,
    enumerable: own?.enumerable ?? false,
    get: () => property.get(),
    set: (value: unknown) => {
      property.set(value);
      onAssigned();
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

/**
 * @throws ContractError if the property holds what no signal can carry, such as a Map: its changes could not be told.
 */
export function checkTellable(device: Device, member: string): void {
  let value: unknown;
  try {
    value = device.get(member);
  } catch {
    // It cannot be read now; what it gives later is judged then.
    return;
  }
  if (isPromise(value)) {
    handled(value);
    return;
  }
  const problem = whyNotJson(value);
  if (problem === undefined) return;
  throw new ContractError(`${device.className}.${member} tells its changes, but ${problem}`, { member });
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
 * A structured value as it is now: the device may go on to change it in place; a promise as it is. What cannot be read or compared gives
 * a symbol of its own, and so counts as changed.
 */
function snapshot(read: () => unknown): unknown {
  try {
    const value = read();
    if (isPromise(value)) return handled(value);
    return typeof value === "object" && value !== null ? copyOf(value) : value;
  } catch {
    return Symbol("cannot be read or compared");
  }
}

/** Of arrays their bytes: they stand in no text. */
function copyOf(value: object): unknown {
  const [text, arrays] = OutgoingArrays.writing((writing) => encodeJson(value, "", writing));
  return arrays.isEmpty ? decodeJson(text) : [text, arrays.frame()];
}

/** One that rejects and is looked at by nobody must not count as unhandled. */
function handled<T extends PromiseLike<unknown>>(promise: T): T {
  promise.then(undefined, () => undefined);
  return promise;
}
