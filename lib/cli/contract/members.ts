import {
  type MemberContract,
  type MethodContract,
  type PropertyContract,
  type SignalContract,
} from "../../contract/service-contract";
import { UsageError } from "../program/exit-code";
import { type OpenedDevice } from "../lookup/opened-device";
import { didYouMean } from "../terminal/suggestion";

/** Both its name on the network and its name in the device's class are understood. */
export function methodNamed(device: OpenedDevice, name: string): MethodContract {
  return memberNamed(device, name, [...device.contract.methods.values()], "method");
}

/**
 * @throws UsageError with the properties that there are.
 */
export function propertyNamed(device: OpenedDevice, name: string): PropertyContract {
  return memberNamed(device, name, [...device.contract.properties.values()], "property");
}

/** A signal, or the signal that tells a property's new values. */
export function signalNamed(device: OpenedDevice, name: string): SignalContract {
  const { contract } = device;
  const property = named([...contract.properties.values()], name);
  const notify = property?.notify === undefined ? undefined : contract.members.get(property.notify);
  if (notify?.kind === "signal") return notify;
  return memberNamed(device, name, [...contract.signals.values()], "signal");
}

function memberNamed<M extends MemberContract>(
  device: OpenedDevice,
  name: string,
  members: readonly M[],
  kind: M["kind"],
): M {
  const found = named(members, name);
  if (found !== undefined) return found;
  const other = named([...device.contract.members.values()], name);
  if (other !== undefined)
    throw new UsageError(`${device.name}.${name} is a ${other.kind}: ${COMMANDS[other.kind]}`);
  const names = members.map(({ wireName }) => wireName);
  const list =
    names.length === 0 ? `it has no ${PLURALS[kind]}` : `its ${PLURALS[kind]} are ${names.join(", ")}`;
  throw new UsageError(`${device.name} has no ${kind} "${name}"${didYouMean(name, names)}: ${list}`);
}

function named<M extends MemberContract>(members: readonly M[], name: string): M | undefined {
  return members.find(({ wireName }) => wireName === name) ?? members.find(({ member }) => member === name);
}

const PLURALS = { method: "methods", property: "properties", signal: "signals" } as const;

const COMMANDS = {
  method: "use rigwire call",
  property: "use rigwire get or rigwire set",
  signal: "use rigwire watch",
} as const;
