import { MalformedMessageError } from "../errors";
import { decodeBrine } from "./brine/decoder";
import { encodeBrine } from "./brine/encoder";
import { type BrineValue } from "./brine/values";
import { isRegisteredPort, type RegisteredPort } from "./service-address";

/** The port where a registry is looked for. */
export const RPYC_REGISTRY_PORT = 18_811;

/** A request is one datagram, over TCP too: the originals read no more. */
export const MAX_REQUEST_BYTES = 1_500;

const MAGIC = "RPYC";

/** What a client asks of a registry (RPyC registry). */
export type RegistryRequest =
  | { readonly command: "REGISTER"; readonly names: readonly string[]; readonly port: RegisteredPort }
  | { readonly command: "UNREGISTER"; readonly port: RegisteredPort }
  | { readonly command: "QUERY"; readonly name: string }
  | { readonly command: "LIST"; readonly host: string | undefined };

/** A request's bytes. */
export function encodeRequest(request: RegistryRequest): Buffer {
  return encodeBrine([MAGIC, request.command, argumentsOf(request)]);
}

function argumentsOf(request: RegistryRequest): BrineValue {
  switch (request.command) {
    case "REGISTER":
      return [request.names, request.port];
    case "UNREGISTER":
      return [request.port];
    case "QUERY":
      return [request.name];
    case "LIST":
      return [[request.host ?? null]];
  }
}

/**
 * A request from bytes that anyone may have sent. The command is taken in any case, as by the originals.
 *
 * @throws MalformedMessageError if the bytes are no brine, the magic is another, the command unknown, or its
 *   arguments of another shape; the names of a REGISTER may be a tuple or a frozenset.
 */
export function decodeRequest(bytes: Uint8Array): RegistryRequest {
  const message = decodeBrine(bytes);
  if (!isTuple(message) || message.length !== 3) throw malformed("it is not a tuple of three");
  const [magic, command, args] = message;
  if (magic !== MAGIC) throw malformed("its magic is not RPYC");
  if (typeof command !== "string") throw malformed("its command is not a str");
  if (!isTuple(args)) throw malformed("its arguments are not a tuple");
  return requestOf(command.toUpperCase(), args);
}

function requestOf(command: string, args: readonly BrineValue[]): RegistryRequest {
  const [first, second, ...more] = args;
  const count = args.length;
  switch (command) {
    case "REGISTER": {
      const names = stringsOf(first);
      if (count !== 2 || names === undefined || !isRegisteredPort(second) || more.length > 0) break;
      return { command, names, port: second };
    }
    case "UNREGISTER":
      if (count !== 1 || !isRegisteredPort(first)) break;
      return { command, port: first };
    case "QUERY":
      if (count !== 1 || typeof first !== "string") break;
      return { command, name: first };
    case "LIST": {
      if (count !== 1 || !isTuple(first) || first.length !== 1) break;
      const [host] = first;
      if (host !== null && typeof host !== "string") break;
      return { command, host: host === null || host === "" ? undefined : host };
    }
    default:
      throw malformed("its command is unknown");
  }
  throw malformed(`${command} has arguments of another shape`);
}

function stringsOf(value: BrineValue | undefined): readonly string[] | undefined {
  const items = value instanceof Set ? [...value] : value;
  if (items === undefined || !isTuple(items) || items.length === 0) return undefined;
  return items.every((item) => typeof item === "string") ? items : undefined;
}

/** Whether a value is a Python tuple. */
export function isTuple(value: BrineValue | undefined): value is readonly BrineValue[] {
  return Array.isArray(value);
}

function malformed(what: string): MalformedMessageError {
  return new MalformedMessageError(`RPyC registry request: ${what}`);
}
