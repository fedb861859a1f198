import { ServiceContract, type MemberContract } from "../contract/service-contract";
import { Any } from "../contract/value-type";
import { type Inventory, type MethodTimeouts } from "../wire/inventory";
import { type MemberDescription } from "../wire/member-description";

/** The contract of a device that is known only from what it says of itself. Types are not checked on this side. */
export function contractFromInventory(inventory: Inventory): ServiceContract {
  const { name, rigwire, jsonMethods, bufferMethods, properties, signals } = inventory;
  const described = (wireName: string) => named(wireName, rigwire?.members.get(wireName));
  const memberOf = (wireName: string | undefined) =>
    wireName === undefined ? undefined : described(wireName).member;
  const members: MemberContract[] = [
    ...methods(jsonMethods, "json", rigwire?.members),
    ...methods(bufferMethods, "buffer", rigwire?.members),
    ...properties.map((wireName): MemberContract => {
      const description = rigwire?.members.get(wireName);
      return {
        kind: "property",
        ...described(wireName),
        readonly: description?.readonly ?? false,
        type: Any,
        nullable: true,
        notify: memberOf(description?.notify),
        autoNotify: false,
        guard: undefined,
      };
    }),
    ...signals.map((wireName): MemberContract => ({
      kind: "signal",
      ...described(wireName),
      argumentTypes: undefined,
    })),
  ];
  return new ServiceContract(name === "" ? "device" : name, rigwire?.type ?? "", members);
}

function methods(
  timeouts: MethodTimeouts,
  result: "json" | "buffer",
  descriptions: ReadonlyMap<string, MemberDescription> | undefined,
): MemberContract[] {
  return [...timeouts].map(([wireName, timeoutMs]) => {
    const description = descriptions?.get(wireName);
    return {
      kind: "method",
      ...named(wireName, description),
      result: description?.stream === undefined ? result : "stream",
      // What may wait is the business of the device.
      ...(description?.stream !== undefined && { stream: { items: Any, bufferBytes: 0 } }),
      timeoutMs,
      idleMs: description?.idleMs,
      progress: description?.progress === undefined ? undefined : Any,
      concurrent: description?.concurrent ?? false,
      interrupts: description?.interrupts ?? false,
      onCallerLost: description?.onCallerLost ?? "abort",
      parameters: description?.parameters?.map(({ name, optional, keyword, rest }) => ({
        name,
        type: Any,
        optional,
        nullable: true,
        rest: rest === true,
        keyword: keyword === true,
      })),
    };
  });
}

function named(wireName: string, description: MemberDescription | undefined) {
  return { wireName, member: description?.member ?? wireName, description: description?.description };
}
