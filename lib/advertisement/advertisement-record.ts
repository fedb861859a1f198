import { MalformedMessageError } from "../errors";

/** Longest advertisement that is read or written. The original's are some hundred bytes. */
export const MAX_ADVERTISEMENT_BYTES = 64 * 1024;

/** `process.kill` and `/proc` know no greater process id. */
const MAX_PID = 2 ** 31 - 1;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a service tells about itself beside name, type and address. */
export type ServiceProperties = Readonly<Record<string, string | null>>;

/** A service as its advertisement describes it (bpod_core ipc). */
export interface AdvertisedService {
  /** What people call it, such as `Bpod 3`. */
  readonly serviceName: string;
  /** What it is, such as `bpod`. */
  readonly serviceType: string;
  /** Where it is served, such as `ipc:///tmp/foo.ipc`. */
  readonly address: string;
  /** The process that serves it. */
  readonly pid: number;
  /** With hyphens, such as `6f6d9f9e-8b1b-4b52-9a0e-0d7c9a5f3a11`. */
  readonly uuid: string;
  readonly properties: ServiceProperties;
}

/** The bytes of an advertisement's file: compact JSON, escaped to ASCII, so that no reader's encoding matters. */
export function encodeAdvertisement(service: AdvertisedService): Buffer {
  const text = JSON.stringify({
    service_name: service.serviceName,
    service_type: service.serviceType,
    address: service.address,
    pid: service.pid,
    uuid: service.uuid,
    properties: service.properties,
  });
  return Buffer.from(text.replace(/[^\x20-\x7e]/g, escapeCharacter), "ascii");
}

/**
 * Reads an advertisement's file. Keys beyond those of the protocol are ignored.
 *
 * @throws {@link MalformedMessageError} - The bytes are no advertisement; the message names the fault.
 */
export function decodeAdvertisement(bytes: Uint8Array): AdvertisedService {
  if (bytes.byteLength > MAX_ADVERTISEMENT_BYTES) {
    throw new MalformedMessageError(`an advertisement has more than ${MAX_ADVERTISEMENT_BYTES} bytes`);
  }
  const fields = parse(bytes);
  if (!isObject(fields)) throw new MalformedMessageError("an advertisement is not a JSON object");
  return {
    serviceName: textOf(fields, "service_name"),
    serviceType: textOf(fields, "service_type"),
    address: textOf(fields, "address"),
    pid: pidOf(fields),
    uuid: uuidOf(fields),
    properties: propertiesOf(fields),
  };
}

/** The folder of a service type: every character outside `[a-zA-Z0-9_]` becomes `_`. */
export function typeFolderName(serviceType: string): string {
  return serviceType.replace(/[^a-zA-Z0-9_]/gu, "_");
}

/**
 * Whether a service has every property of a filter, with an equal value. One that it lacks equals null, as Python's
 * `dict.get` has it (bpod_core ipc).
 */
export function hasProperties({ properties }: AdvertisedService, wanted: ServiceProperties): boolean {
  return Object.entries(wanted).every(
    ([key, value]) => (Object.hasOwn(properties, key) ? properties[key] : null) === value,
  );
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new MalformedMessageError("an advertisement is not JSON", {}, { cause: error });
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(fields: Readonly<Record<string, unknown>>, key: string): string {
  const value = fields[key];
  if (typeof value !== "string" || value === "") {
    throw new MalformedMessageError(`an advertisement's ${key} is not a text`);
  }
  return value;
}

function pidOf({ pid }: Readonly<Record<string, unknown>>): number {
  // Zero and negative numbers would ask about process groups.
  if (typeof pid !== "number" || !Number.isInteger(pid) || pid < 1 || pid > MAX_PID) {
    throw new MalformedMessageError("an advertisement's pid is not a process id");
  }
  return pid;
}

function uuidOf(fields: Readonly<Record<string, unknown>>): string {
  const uuid = textOf(fields, "uuid");
  if (!UUID.test(uuid)) throw new MalformedMessageError("an advertisement's uuid is not a UUID");
  return uuid;
}

function propertiesOf({ properties }: Readonly<Record<string, unknown>>): ServiceProperties {
  if (!isObject(properties))
    throw new MalformedMessageError("an advertisement's properties are not an object");
  return Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, propertyOf(key, value)]));
}

function propertyOf(key: string, value: unknown): string | null {
  if (typeof value === "string" || value === null) return value;
  throw new MalformedMessageError(
    `an advertisement's property ${JSON.stringify(key)} is neither text nor null`,
  );
}
