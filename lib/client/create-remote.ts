import { type Observable } from "rxjs";
import {
  type MemberContract,
  type MethodContract,
  type PropertyContract,
  type ServiceContract,
} from "../contract/service-contract";
import { ContractError } from "../errors";
import { type CallOptions } from "./call-options";
import { propertyChanges } from "./property-changes";
import { type Remote, type RemoteProperty } from "./remote";
import { type RemoteStream } from "./remote-stream";
import { type RpcClient } from "./rpc-client";
import { hasTimes } from "./timed-sources";

interface Plumbing {
  readonly client: RpcClient;
  readonly contract: ServiceContract;
  readonly options: CallOptions;
}

const plumbing = new WeakMap<object, Plumbing>();

/** What code looks for in any object that it did not make; a remote has none of it. */
const LOOKED_FOR_EVERYWHERE = new Set([
  "then",
  "toJSON",
  "asymmetricMatch",
  "nodeType",
  "tagName",
  "$$typeof",
  "dispose",
]);

/** What `console.log` of Node asks for. */
const PRINTED_BY_NODE = Symbol.for("nodejs.util.inspect.custom");

/** A device's member of such a name would be called by whoever awaits or prints the remote: it has none of them. */
const CALLED_BY_LANGUAGE = new Set(["then", "toJSON"]);

/** The members of a contract as functions, properties and Observables that reach over the network. */
export function createRemote<T extends object>(
  client: RpcClient,
  contract: ServiceContract,
  options: CallOptions = {},
): Remote<T> {
  const offered = [...contract.members.values()].filter(({ member }) => !CALLED_BY_LANGUAGE.has(member));
  const members = Object.fromEntries(
    offered.map((member) => [member.member, remoteMember(client, contract, member, options)]),
  );
  Object.defineProperty(members, PRINTED_BY_NODE, {
    value: () => `Remote<${contract.name}> ${client.device}`,
  });
  Object.freeze(members);
  const remote = new Proxy(members, {
    get(target, key) {
      if (typeof key === "symbol" || key in target || LOOKED_FOR_EVERYWHERE.has(key)) {
        return Reflect.get(target, key) as unknown;
      }
      throw unknownMember(key, client, contract);
    },
    set(_target, key) {
      throw notAssignable(String(key), client, contract);
    },
  });
  plumbing.set(remote, { client, contract, options });
  return remote as Remote<T>;
}

/**
 * The plumbing of a remote: its state, its inventory, what it missed, and the way to close it.
 *
 * @throws ContractError if the object is no remote.
 */
export function clientOf(remote: object): RpcClient {
  return plumbingOf(remote).client;
}

/**
 * The same device with other options for the calls that are made through the result:
 * `await withOptions(camera, { timeoutMs: 500, signal }).getImage()`. What the remote was given before still holds.
 */
export function withOptions<R extends object>(remote: R, options: CallOptions): R {
  const { client, contract, options: before } = plumbingOf(remote);
  return createRemote(client, contract, { ...before, ...options }) as R;
}

function plumbingOf(remote: object): Plumbing {
  const found = plumbing.get(remote);
  if (found === undefined)
    throw new ContractError("this object is no remote: only what connect() or injection gave is");
  return found;
}

function remoteMember(
  client: RpcClient,
  contract: ServiceContract,
  member: MemberContract,
  options: CallOptions,
):
  | ((...args: unknown[]) => Promise<unknown> | RemoteStream<unknown>)
  | RemoteProperty<unknown>
  | Observable<unknown> {
  switch (member.kind) {
    case "method":
      return remoteMethod(client, member, options);
    case "property":
      return remoteProperty(client, contract, member, options);
    case "signal":
      return hasTimes(client.signal(member), { client, contract, member });
  }
}

function remoteMethod(client: RpcClient, method: MethodContract, options: CallOptions) {
  if (method.stream !== undefined) {
    return (...args: unknown[]) => client.stream(method, args, {}, options);
  }
  return method.progress === undefined
    ? (...args: unknown[]) => client.call(method, args, {}, options)
    : (...args: unknown[]) => client.run(method, args, {}, options);
}

function remoteProperty(
  client: RpcClient,
  contract: ServiceContract,
  property: PropertyContract,
  options: CallOptions,
): RemoteProperty<unknown> {
  return {
    get: () => client.get(property, options),
    set: (value) => client.set(property, value, options),
    read: () => client.read(property, options),
    changes$: hasTimes(propertyChanges(client, contract, property), { client, contract, member: property }),
  };
}

function notAssignable(name: string, client: RpcClient, contract: ServiceContract): ContractError {
  const member = contract.members.get(name);
  if (member === undefined) return unknownMember(name, client, contract);
  const { device } = client;
  return new ContractError(`${device}.${name} cannot be assigned: ${whyNot(member)}`, {
    device,
    member: name,
  });
}

function whyNot(member: MemberContract): string {
  if (member.kind !== "property") return `it is a ${member.kind}`;
  return member.readonly ? "it is read-only" : `use await remote.${member.member}.set(value)`;
}

function unknownMember(name: string, { device }: RpcClient, contract: ServiceContract): ContractError {
  const known = [...contract.members.keys()].join(", ");
  return new ContractError(`${device} has no member "${name}": ${contract.name} has ${known || "none"}`, {
    device,
  });
}
