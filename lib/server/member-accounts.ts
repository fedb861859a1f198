import { Subject } from "rxjs";
import { type MemberContract, type ServiceContract } from "../contract/service-contract";
import { type MemberStats, type MemberUse } from "../wire/device-stats";
import { type MemberRequest } from "../wire/requests";
import { MemberAccount, type RequestDuration } from "./member-account";

/** A member as it is served, and where its requests of one kind are counted. */
export interface ServedMember {
  readonly contract: MemberContract;
  readonly account: MemberAccount;
}

type ByWireName = ReadonlyMap<string, ServedMember>;

/** Finds the member that a request is for, and what counts it, in one look. */
export class MemberAccounts {
  /** Tells each duration of a request as it is counted. */
  readonly durations = new Subject<RequestDuration>();
  private readonly calls: ByWireName;
  private readonly gets: ByWireName;
  private readonly sets: ByWireName;

  constructor({ methods, properties }: ServiceContract) {
    const { durations } = this;
    this.calls = counted(methods, durations, ({ stream }) => (stream === undefined ? "call" : "stream"));
    this.gets = counted(properties, durations, () => "get");
    this.sets = counted(properties, durations, () => "set");
  }

  /** Nothing where the device has no such member. */
  find(request: MemberRequest): ServedMember | undefined {
    switch (request.event) {
      case "METHOD_CALL":
        return this.calls.get(request.method);
      case "PROPERTY_GET":
        return this.gets.get(request.property);
      case "PROPERTY_SET":
        return this.sets.get(request.property);
    }
  }

  read(): MemberStats[] {
    // What can only be read is told as what is set only where somebody tried.
    const tried = [...this.sets.values()].filter(
      ({ contract, account }) => !(contract.kind === "property" && contract.readonly) || account.isUsed,
    );
    return [...this.calls.values(), ...this.gets.values(), ...tried].map(({ account }) => account.read());
  }
}

function counted<Contract extends MemberContract>(
  members: ReadonlyMap<string, Contract>,
  durations: Subject<RequestDuration>,
  useOf: (contract: Contract) => MemberUse,
): ByWireName {
  return new Map(
    [...members].map(([name, contract]) => [
      name,
      { contract, account: new MemberAccount(name, useOf(contract), durations) },
    ]),
  );
}
