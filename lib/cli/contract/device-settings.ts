import { type PropertyContract } from "../../contract/service-contract";
import { isDeepEqual } from "../../platform/deep-equal";
import { type Setting, type SettingsDocument } from "../../settings/settings-document";
import { type OpenedDevice } from "../lookup/opened-device";
import { describedMember } from "./described-member";
import { type PropertyReading, readProperties } from "./read-properties";
import { unitOf } from "./schema-notes";

/** What can be done with a file of settings. */
export const SETTINGS_ACTIONS = ["save", "diff", "apply"] as const;

/** What differs between a file of settings and a device. */
export interface SettingDifference {
  /** Its name on the network. */
  readonly property: string;
  /** How the device has it; left out where it has no such property that can be set. */
  readonly contract?: PropertyContract;
  /** Of the device; left out where it cannot be read. */
  readonly value?: unknown;
  /** Of the file; left out where it is not there. */
  readonly wanted?: Setting;
  /** Why the file's value cannot be applied; left out where it can. */
  readonly problem?: string;
}

/** The properties that callers can set, in the order in which the device has them. An original does not tell which. */
export function writableProperties({ contract }: OpenedDevice): readonly PropertyContract[] {
  return [...contract.properties.values()].filter((property) => !property.readonly);
}

/** What a property is measured in, as far as the device tells it. */
export function propertyUnit(device: OpenedDevice, { wireName }: PropertyContract): string | undefined {
  const unit = unitOf(describedMember(device, wireName)?.schema);
  return unit === "" ? undefined : unit;
}

/**
 * Compares a file with what a device has now: first what stands in the file, in its order.
 *
 * @throws What keeps the device from answering at all.
 */
export async function settingDifferences(
  device: OpenedDevice,
  { settings }: SettingsDocument,
  signal: AbortSignal,
): Promise<readonly SettingDifference[]> {
  const writable = writableProperties(device);
  const readings = new Map(
    (await readProperties(device.client, writable, signal)).map((reading) => [
      reading.property.wireName,
      reading,
    ]),
  );
  const inFile = [...settings].flatMap(([property, wanted]) =>
    difference(device, property, wanted, readings.get(property)),
  );
  const notInFile = writable
    .filter(({ wireName }) => !settings.has(wireName))
    .map((contract) => ({
      property: contract.wireName,
      contract,
      ...valueOf(readings.get(contract.wireName)),
    }));
  return [...inFile, ...notInFile];
}

function difference(
  device: OpenedDevice,
  property: string,
  wanted: Setting,
  reading: PropertyReading | undefined,
): readonly SettingDifference[] {
  if (reading === undefined) {
    const problem = device.contract.properties.has(property)
      ? "the device does not let it be set"
      : "the device has no such property";
    return [{ property, wanted, problem }];
  }
  const { property: contract } = reading;
  const value = valueOf(reading);
  const unit = propertyUnit(device, contract);
  if (wanted.unit !== undefined && unit !== undefined && wanted.unit !== unit) {
    const problem = `it is in ${wanted.unit} in the file, and in ${unit} on the device`;
    return [{ property, contract, ...value, wanted, problem }];
  }
  if ("value" in value && isDeepEqual(value.value, wanted.value)) return [];
  return [{ property, contract, ...value, wanted }];
}

function valueOf(reading: PropertyReading | undefined): Pick<SettingDifference, "value"> {
  return reading !== undefined && "value" in reading ? { value: reading.value } : {};
}
