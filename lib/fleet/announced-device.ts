import { addressField, type Fields, textField } from "../discovery/checked-fields";
import { MalformedMessageError } from "../errors";
import { isWebUrl, parseWebAddress } from "../address/web-address";
import { formatNatsUrl, parseNatsUrl } from "../nats/nats-url";
import { isObject } from "../wire/message";

/** A device as its process announces it to a fleet. */
export interface AnnouncedDevice {
  /** Another one at every start of its server: tells two devices of one name apart. */
  readonly instance: string;
  /** Its name within the site: what the device itself says, or its type where it has no name. */
  readonly name: string;
  /** What the device itself says; empty where it has no name. */
  readonly ownName: string;
  /** The service type; empty where it is not known. */
  readonly type: string;
  /** Of rigwire, as it serves the device; `0.0.0` for a device of something else. */
  readonly version: string;
  /** When it was announced first, ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Its site and name at this very broker; nothing where it is not served there. */
  readonly atBroker: readonly [site: string, name: string] | undefined;
  /** Where else it is served. */
  readonly urls: readonly string[];
  /** Another program brings it here: it is never brought any further. */
  readonly isBridged: boolean;
}

/** No honest name comes near it, and 10,000 devices are kept. */
const MAX_NAME_LENGTH = 256;

const MAX_VERSION_LENGTH = 64;
const MAX_URLS = 8;

/** As {@link Date.toISOString} writes it. */
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

/** The device as an announcement has it. */
export function announcedFields(device: AnnouncedDevice): Fields {
  const { instance, name, ownName, type, version, startedAt, atBroker, urls, isBridged } = device;
  return {
    instance,
    name,
    ...(ownName !== name && { own_name: ownName }),
    type,
    version,
    started: startedAt,
    ...(atBroker !== undefined && { nats: atBroker }),
    ...(urls.length > 0 && { urls }),
    ...(isBridged && { bridged: true }),
  };
}

/**
 * @throws MalformedMessageError if it is no device: a field is missing, too long, of another kind, or holds control
 *   characters.
 */
export function announcedDeviceOf(fields: unknown): AnnouncedDevice {
  if (!isObject(fields)) throw new MalformedMessageError("a device is no object");
  const name = textField(fields, "name", MAX_NAME_LENGTH);
  const instance = textField(fields, "instance", MAX_NAME_LENGTH);
  if (name === "") throw new MalformedMessageError('"name" is empty');
  if (instance === "") throw new MalformedMessageError('"instance" is empty');
  const device: AnnouncedDevice = {
    instance,
    name,
    ownName: fields.own_name === undefined ? name : textField(fields, "own_name", MAX_NAME_LENGTH),
    type: textField(fields, "type", MAX_NAME_LENGTH),
    version: textField(fields, "version", MAX_VERSION_LENGTH),
    startedAt: momentField(fields, "started"),
    atBroker: placeField(fields, "nats"),
    urls: urlsField(fields, "urls"),
    isBridged: fields.bridged === true,
  };
  if (device.atBroker === undefined && device.urls.length === 0) {
    throw new MalformedMessageError(`${name} is announced without an address`);
  }
  return device;
}

/** Why a device cannot be announced; nothing where it can. */
export function unfitToAnnounce(device: AnnouncedDevice): string | undefined {
  try {
    announcedDeviceOf(announcedFields(device));
    return undefined;
  } catch (error) {
    if (error instanceof MalformedMessageError) return error.message;
    throw error;
  }
}

function momentField(fields: Fields, key: string): string {
  const text = textField(fields, key, MAX_VERSION_LENGTH);
  if (!MOMENT.test(text)) throw new MalformedMessageError(`"${key}" is no moment in UTC`);
  return text;
}

function placeField(fields: Fields, key: string): readonly [string, string] | undefined {
  const value = fields[key];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length !== 2) {
    throw new MalformedMessageError(`"${key}" is no site and name`);
  }
  const [site, name] = value as readonly unknown[];
  const place = { site, name };
  return [textField(place, "site", MAX_NAME_LENGTH), textField(place, "name", MAX_NAME_LENGTH)];
}

function urlsField(fields: Fields, key: string): readonly string[] {
  const value = fields[key];
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_URLS) {
    throw new MalformedMessageError(`"${key}" is no list of up to ${MAX_URLS} addresses`);
  }
  return value.map((url: unknown) => urlField({ url }));
}

function urlField(fields: { readonly url: unknown }): string {
  const { url } = fields;
  if (typeof url !== "string") throw new MalformedMessageError("an address is no text");
  // What stands in an address is read as strictly as it is where it is connected to.
  if (url.startsWith("nats://")) return formatNatsUrl(parseNatsUrl(textField(fields, "url")));
  if (isWebUrl(url)) {
    parseWebAddress(textField(fields, "url"));
    return url;
  }
  return addressField(fields, "url");
}
