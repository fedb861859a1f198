import { platform } from "../platform/current";
import { classTransformer } from "./validator";
import { type Constructor } from "./value-type";

/** What class-transformer knows of classes, as far as it is asked here. */
interface TransformerStorage {
  findTypeMetadata(dto: Constructor<object>, key: string): unknown;
  findTransformMetadatas(dto: Constructor<object>, key: string, to: number): readonly unknown[];
  getExposedMetadatas(dto: Constructor<object>): readonly unknown[];
  getExcludedMetadatas(dto: Constructor<object>): readonly unknown[];
  getStrategy(dto: Constructor<object>): string;
}

/** class-transformer's number for making an instance of a plain object. */
const TO_INSTANCE = 0;

/** Of more keys of one class, which come from the network, it is not remembered what class-transformer would do. */
const MAX_KEYS = 64;

let storage: TransformerStorage | null | undefined;

/** By class, whether what stands at a key is taken over as it is; nothing for classes of which nothing is. */
const takenOver = new WeakMap<Constructor<object>, Map<string, boolean> | null>();

/**
 * An instance with the fields of a plain object, where these are texts, numbers, truth values and null alone, and
 * class-transformer would do nothing but take them over: it takes several times as long as all the rest of a call.
 *
 * @returns Nothing where it has to be asked.
 */
export function flatInstance(dto: Constructor<object>, plain: object): object | undefined {
  const known = keysOf(dto);
  if (known === null || Object.getPrototypeOf(plain) !== Object.prototype) return undefined;
  const fields = plain as Readonly<Record<string, unknown>>;
  const keys = Object.keys(fields);
  for (const key of keys) {
    if (!isFlat(fields[key]) || !isTakenOver(dto, key, known)) return undefined;
  }
  const instance = Reflect.construct(dto, []) as Record<string, unknown>;
  for (const key of keys) {
    if (typeof instance[key] === "function") return undefined;
    instance[key] = fields[key];
  }
  return instance;
}

function isFlat(value: unknown): boolean {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
    case "bigint":
      return true;
    default:
      return value === null;
  }
}

function keysOf(dto: Constructor<object>): Map<string, boolean> | null {
  const found = takenOver.get(dto);
  if (found !== undefined) return found;
  const keys = isPlainToTransformer(dto) ? new Map<string, boolean>() : null;
  takenOver.set(dto, keys);
  return keys;
}

function isPlainToTransformer(dto: Constructor<object>): boolean {
  const asked = transformerStorage();
  if (asked === null) return false;
  const metadata = [...asked.getExposedMetadatas(dto), ...asked.getExcludedMetadatas(dto)];
  return metadata.length === 0 && asked.getStrategy(dto) === "none";
}

function isTakenOver(dto: Constructor<object>, key: string, keys: Map<string, boolean>): boolean {
  const found = keys.get(key);
  if (found !== undefined) return found;
  const asked = transformerStorage();
  const isPlain =
    asked !== null &&
    // What a method or an accessor is, it knows better.
    !(key in dto.prototype) &&
    asked.findTypeMetadata(dto, key) === undefined &&
    asked.findTransformMetadatas(dto, key, TO_INSTANCE).length === 0;
  if (keys.size < MAX_KEYS) keys.set(key, isPlain);
  return isPlain;
}

/** @returns Null where it cannot be had, or belongs to another copy than the one that is used. */
function transformerStorage(): TransformerStorage | null {
  storage ??= ownStorage() ?? null;
  return storage;
}

function ownStorage(): TransformerStorage | undefined {
  class Probe {
    readonly probe: object = {};
  }
  try {
    const { Type } = classTransformer();
    const { defaultMetadataStorage } = platform().load("class-transformer/cjs/storage") as {
      readonly defaultMetadataStorage: TransformerStorage;
    };
    Type(() => Object)(Probe.prototype, "probe");
    return defaultMetadataStorage.findTypeMetadata(Probe, "probe") === undefined
      ? undefined
      : defaultMetadataStorage;
  } catch {
    return undefined;
  }
}
