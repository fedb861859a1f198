import { MalformedMessageError } from "../errors";
import { encodeJson, decodeJson } from "../wire/json";
import { isObject } from "../wire/message";
import { INLINE, withInlineArrays } from "./inline-arrays";

/** Values of a device's properties, as a file keeps them. docs/cli.md has the form. */
export interface SettingsDocument {
  /** The service type of the device; empty where it is not known. */
  readonly type: string;
  /** The name of the device. */
  readonly name: string;
  /** When the values were taken, as ISO 8601. */
  readonly time: string;
  /** By the properties' names on the network. */
  readonly settings: ReadonlyMap<string, Setting>;
}

/** The value of one property. */
export interface Setting {
  /** As it travels to the device. */
  readonly value: unknown;
  /** What it is measured in; left out where that is not known. */
  readonly unit?: string;
}

const FORM = "settings";

/**
 * The text of a file of settings.
 *
 * @throws EncodingError for a value that cannot be sent, with the path to it.
 */
export function encodeSettings({ type, name, time, settings }: SettingsDocument): string {
  const units = [...settings].flatMap(([property, { unit }]) =>
    unit === undefined ? [] : [line(property, JSON.stringify(unit))],
  );
  const values = [...settings].map(([property, { value }]) => line(property, settingText(value, property)));
  const members = [
    `"rigwire": ${JSON.stringify(FORM)}`,
    `"type": ${JSON.stringify(type)}`,
    `"name": ${JSON.stringify(name)}`,
    `"time": ${JSON.stringify(time)}`,
    `"units": ${block(units)}`,
    `"values": ${block(values)}`,
  ];
  return `{\n  ${members.join(",\n  ")}\n}\n`;
}

/**
 * A value as JSON, with the bytes of its arrays. Two values with one text are the same.
 *
 * @param place - What it is, for the error.
 * @throws EncodingError for a value that cannot be sent, with the path to it.
 */
export function settingText(value: unknown, place = ""): string {
  return encodeJson(value, place, INLINE);
}

/** The value of {@link settingText}: a copy of what was given there. */
export function settingOf(text: string): unknown {
  return withInlineArrays(decodeJson(text));
}

/**
 * Reads a file of settings.
 *
 * @throws MalformedMessageError for a text that is none, with what is wrong with it.
 */
export function decodeSettings(text: string): SettingsDocument {
  const document = parsed(text);
  if (!isObject(document) || document.rigwire !== FORM) {
    throw new MalformedMessageError(`it has no "rigwire": "${FORM}"`);
  }
  const { type, name, time, units, values } = document;
  if (!isObject(values)) throw new MalformedMessageError('its "values" are no object');
  const unitOf = new Map(isObject(units) ? Object.entries(units) : []);
  const settings = Object.entries(values).map(([property, value]) => {
    const unit = unitOf.get(property);
    return [property, { value: withInlineArrays(value), ...(typeof unit === "string" && { unit }) }] as const;
  });
  return {
    type: textOr(type, ""),
    name: textOr(name, ""),
    time: textOr(time, ""),
    settings: new Map(settings),
  };
}

function parsed(text: string): unknown {
  try {
    return decodeJson(text);
  } catch (error) {
    throw new MalformedMessageError("it is no JSON", {}, { cause: error });
  }
}

function textOr(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}

function line(property: string, text: string): string {
  return `    ${JSON.stringify(property)}: ${text}`;
}

function block(lines: readonly string[]): string {
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n  }`;
}
