import { type DeviceRecord } from "../discovery/device-directory";
import { type OwnAddress, ownAddresses } from "../address/node/own-addresses";
import { MalformedMessageError } from "../errors";
import { encodeJson } from "../wire/json";
import { decodeObject, isObject, type Received } from "../wire/message";
import {
  addressField,
  countField,
  MAX_TEXT_LENGTH,
  textField,
  type Fields,
} from "../discovery/checked-fields";
import { asReached, networksField, networksOf, type NetworkedDevice } from "./network-urls";

/** The list of as many devices as a registry takes; its texts are longer than others. */
const MAX_LIST_BYTES = 32 * 1024 * 1024;

/** What a registry answers (plantimager registry). The last two answer additions. */
export type RegistryReply =
  /** The uuid is the right to unregister and to check in: for the owner only. */
  | { readonly event: "REGISTER_ACK"; readonly name: string; readonly uuid: string }
  | {
      readonly event: "ACK";
      readonly reqEvent: string;
      readonly success: boolean;
      /** Why not; an addition, empty where there is none. */
      readonly reason: string;
      /** Whether `REGISTER` may have further keys; an addition, told to who checks in without a uuid. */
      readonly takesAdditions?: boolean;
      /** How long the device stays without being heard from, where that is less than it asked for; an addition. */
      readonly aliveTimeoutMs?: number | undefined;
    }
  | { readonly event: "UNSUPPORTED"; readonly reqEvent: string; readonly reason: string }
  | { readonly event: "DEVICES"; readonly devices: readonly NetworkedDevice[]; readonly seq: number }
  | { readonly event: "WATCH_ACK"; readonly signalPort: number };

export function encodeRegistryReply(reply: RegistryReply): string {
  return encodeJson({ event: reply.event, payload: payloadOf(reply) });
}

function payloadOf(reply: RegistryReply): Fields {
  switch (reply.event) {
    case "REGISTER_ACK":
      return { name: reply.name, uuid: reply.uuid };
    case "ACK":
      return {
        req_event: reply.reqEvent,
        success: reply.success,
        ...(reply.takesAdditions === true && { additions: true }),
        ...(reply.aliveTimeoutMs !== undefined && { alive_timeout: reply.aliveTimeoutMs / 1_000 }),
        ...reasonOf(reply),
      };
    case "UNSUPPORTED":
      return { req_event: reply.reqEvent, ...reasonOf(reply) };
    case "DEVICES":
      return { devices: reply.devices.map(deviceFields), seq: reply.seq };
    case "WATCH_ACK":
      return { signal_port: reply.signalPort };
  }
}

function reasonOf({ reason }: { readonly reason: string }): Fields {
  return reason === "" ? {} : { error: reason };
}

/**
 * Reads what a registry, an original or ours, answered.
 *
 * @throws MalformedMessageError for what is no reply.
 */
export function decodeRegistryReply(body: Received): RegistryReply {
  const { event, payload } = decodeObject(body, MAX_LIST_BYTES);
  if (!isObject(payload)) throw new MalformedMessageError('the reply has no "payload"');
  switch (event) {
    case "REGISTER_ACK":
      return { event, name: nameOf(payload), uuid: textField(payload, "uuid") };
    case "ACK":
      if (typeof payload.success !== "boolean") throw new MalformedMessageError('the ACK has no "success"');
      return {
        event,
        reqEvent: reqEventOf(payload),
        success: payload.success,
        reason: errorText(payload),
        takesAdditions: payload.additions === true,
        aliveTimeoutMs: grantedTimeoutOf(payload),
      };
    case "UNSUPPORTED":
      return { event, reqEvent: reqEventOf(payload), reason: errorText(payload) };
    case "DEVICES":
      return { event, devices: devicesOf(payload), seq: countField(payload, "seq") };
    case "WATCH_ACK":
      return { event, signalPort: countField(payload, "signal_port") };
    default:
      throw new MalformedMessageError("the reply is none that a registry gives");
  }
}

/** A list of devices, of their texts: what `encodeRegistryReply` makes of the devices. */
export function encodeDeviceList(texts: readonly string[], seq: number): string {
  return `{"event":"DEVICES","payload":{"devices":[${texts.join(",")}],"seq":${seq}}}`;
}

/** A device as a list has it. */
export function deviceText(device: NetworkedDevice): string {
  return encodeJson(deviceFields(device));
}

/** A device as lists and changes tell it. */
export function deviceFields({ name, type, url, networks }: NetworkedDevice): Fields {
  return { name, device_type: type, addr: url, ...networksField(networks) };
}

/**
 * A device as this computer reaches it.
 *
 * @throws MalformedMessageError if it is none.
 */
export function deviceOf(fields: unknown, own?: () => readonly OwnAddress[]): DeviceRecord {
  if (!isObject(fields)) throw new MalformedMessageError("a device is no object");
  const device = {
    name: nameOf(fields),
    type: textField(fields, "device_type"),
    url: addressField(fields, "addr"),
    networks: networksOf(fields),
  };
  return asReached(device, own);
}

function devicesOf({ devices }: Fields): readonly DeviceRecord[] {
  if (!Array.isArray(devices)) throw new MalformedMessageError('"devices" is no list');
  let own: readonly OwnAddress[] | undefined;
  return devices.map((device) => deviceOf(device, () => (own ??= ownAddresses())));
}

/** A registry puts a number behind a name that is taken. */
function nameOf(fields: Fields): string {
  return textField(fields, "name", MAX_TEXT_LENGTH + 16);
}

/** An original tells nothing of it. */
function grantedTimeoutOf({ alive_timeout: seconds }: Fields): number | undefined {
  return typeof seconds === "number" && seconds > 0 ? seconds * 1_000 : undefined;
}

function reqEventOf({ req_event }: Fields): string {
  return typeof req_event === "string" ? req_event : "";
}

function errorText({ error }: Fields): string {
  return typeof error === "string" ? error : "";
}
