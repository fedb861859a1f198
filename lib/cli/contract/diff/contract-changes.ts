import {
  type MemberContract,
  type MethodContract,
  type PropertyContract,
  type SignalContract,
} from "../../../contract/service-contract";
import { type JsonSchema } from "../../../contract/rule-keywords";
import { type MemberDescription, type ParameterDescription } from "../../../wire/member-description";
import { type ToldContract } from "../told-contract";
import { type Definitions, type SchemaChange, schemaChanges } from "./schema-changes";

/**
 * Whom a change breaks: nobody; programs that were written for the contract before, at a device that keeps the one
 * after; or devices that keep the one before, with programs that were written for the one after.
 */
export type Verdict = "compatible" | "breaks callers" | "breaks devices";

/** One thing that differs between two contracts. */
export interface ContractChange {
  /** Its name on the network; empty where it is the service itself. */
  readonly member: string;
  readonly verdict: Verdict;
  /** What is different. */
  readonly reason: string;
}

const RESULTS = { json: "JSON", buffer: "bytes", stream: "a stream" } as const;

/** Which way a value goes. */
type Direction = "to the device" | "from the device" | "both";

/** What became of a contract, member by member. */
export function contractChanges(before: ToldContract, after: ToldContract): readonly ContractChange[] {
  const comparison = new ContractComparison(before, after);
  comparison.compare();
  return comparison.changes;
}

class ContractComparison {
  readonly changes: ContractChange[] = [];
  private readonly definitions: readonly [Definitions, Definitions];

  constructor(
    private readonly before: ToldContract,
    private readonly after: ToldContract,
  ) {
    const of = ({ inventory }: ToldContract) => inventory.rigwire?.definitions ?? {};
    this.definitions = [of(before), of(after)];
  }

  compare(): void {
    const [from, to] = [this.before.contract.type, this.after.contract.type];
    if (from !== to && from !== "" && to !== "") {
      this.add("", "breaks callers", `the type ${from} is ${to} now: who looks for ${from} does not find it`);
    }
    const [before, after] = [membersOf(this.before), membersOf(this.after)];
    for (const [name, member] of before) {
      const now = after.get(name);
      if (now === undefined) this.add(name, "breaks callers", `there is no such ${member.kind} any more`);
      else this.member(name, member, now);
    }
    for (const [name, member] of after) {
      if (!before.has(name)) this.add(name, "compatible", `a new ${member.kind}`);
    }
  }

  private add(member: string, verdict: Verdict, reason: string): void {
    const isKnown = this.changes.some(
      (change) => change.member === member && change.verdict === verdict && change.reason === reason,
    );
    if (!isKnown) this.changes.push({ member, verdict, reason });
  }

  private member(name: string, before: MemberContract, after: MemberContract): void {
    const [told, tells] = [described(this.before, name), described(this.after, name)];
    if (before.kind === "method" && after.kind === "method") this.method(name, before, after, told, tells);
    else if (before.kind === "property" && after.kind === "property") {
      this.property(name, before, after, told, tells);
    } else if (before.kind === "signal" && after.kind === "signal") this.signal(name, before, told, tells);
    else this.add(name, "breaks callers", `the ${before.kind} is a ${after.kind} now`);
  }

  private method(
    name: string,
    before: MethodContract,
    after: MethodContract,
    told: MemberDescription | undefined,
    tells: MemberDescription | undefined,
  ): void {
    if (before.result !== after.result) {
      const [from, to] = [before, after].map(({ result }) => RESULTS[result]);
      this.add(name, "breaks callers", `its result, ${from}, is ${to} now`);
    }
    this.parameters(name, told?.parameters, tells?.parameters);
    this.value(name, told?.returnsSchema, tells?.returnsSchema, "from the device", "result");
    if (before.stream !== undefined && after.stream !== undefined) {
      this.value(name, told?.streamSchema, tells?.streamSchema, "from the device", "item");
    }
    if (told?.progress !== undefined && tells?.progress === undefined && tells !== undefined) {
      this.add(name, "breaks callers", "it tells no progress any more");
    } else if (tells?.progress !== undefined && told !== undefined) {
      if (told.progress === undefined) this.add(name, "compatible", "it tells progress");
      else this.value(name, told.progressSchema, tells.progressSchema, "from the device", "progress");
    }
    this.pace(name, before, after);
  }

  private pace(name: string, before: MethodContract, after: MethodContract): void {
    if (before.timeoutMs !== after.timeoutMs) {
      const [from, to] = [before, after].map(({ timeoutMs }) =>
        timeoutMs === null ? "for ever" : `${timeoutMs} ms`,
      );
      this.add(name, "compatible", `callers wait ${to}, and waited ${from}`);
    }
    if (before.interrupts !== after.interrupts) {
      this.add(name, "compatible", after.interrupts ? "it interrupts now" : "it interrupts no longer");
    } else if (before.concurrent !== after.concurrent) {
      this.add(name, "compatible", after.concurrent ? "it runs at once now" : "it waits for its turn now");
    }
  }

  private parameters(
    name: string,
    before: readonly ParameterDescription[] | undefined,
    after: readonly ParameterDescription[] | undefined,
  ): void {
    if (before === undefined || after === undefined) {
      if (after !== undefined) this.add(name, "compatible", "its parameters are told");
      if (before !== undefined) this.add(name, "breaks callers", "its parameters are no longer told");
      return;
    }
    before.forEach((parameter, index) => {
      const now = after.find((other) => other.name === parameter.name);
      if (now === undefined) {
        this.add(name, "breaks callers", `there is no parameter ${parameter.name} any more`);
        return;
      }
      if (after.indexOf(now) !== index)
        this.add(name, "breaks callers", `${parameter.name} stands elsewhere now`);
      if (parameter.rest === true && now.rest !== true) {
        this.add(
          name,
          "breaks callers",
          `${parameter.name} takes one value now, and took all that were left`,
        );
      }
      if (parameter.rest !== true && now.rest === true) {
        this.add(name, "compatible", `${parameter.name} takes all values that are left now`);
      }
      if (parameter.optional && !now.optional) {
        this.add(name, "breaks callers", `${parameter.name} may no longer be left out`);
      }
      if (!parameter.optional && now.optional) {
        this.add(name, "compatible", `${parameter.name} may be left out now`);
      }
      this.value(name, parameter.schema, now.schema, "to the device", parameter.name);
    });
    for (const { name: parameter, optional } of after) {
      if (before.some((other) => other.name === parameter)) continue;
      if (optional) this.add(name, "compatible", `a new parameter ${parameter}, which may be left out`);
      else this.add(name, "breaks callers", `a new parameter ${parameter}, which callers do not give`);
    }
  }

  private property(
    name: string,
    before: PropertyContract,
    after: PropertyContract,
    told: MemberDescription | undefined,
    tells: MemberDescription | undefined,
  ): void {
    if (!before.readonly && after.readonly) this.add(name, "breaks callers", "it can no longer be set");
    if (before.readonly && !after.readonly) this.add(name, "compatible", "it can be set now");
    if (told?.notify !== tells?.notify && tells !== undefined) {
      if (told?.notify === undefined)
        this.add(name, "compatible", `${tells.notify ?? ""} tells its new values`);
      else this.add(name, "breaks callers", `${told.notify} no longer tells its new values`);
    }
    const direction = before.readonly || after.readonly ? "from the device" : "both";
    this.value(name, told?.schema, tells?.schema, direction, "");
  }

  private signal(
    name: string,
    { kind }: SignalContract,
    told: MemberDescription | undefined,
    tells: MemberDescription | undefined,
  ): void {
    const [before, after] = [told?.schemas, tells?.schemas];
    if (before === undefined || after === undefined) return;
    if (before.length !== after.length) {
      this.add(name, "breaks callers", `the ${kind} has ${after.length} arguments, and had ${before.length}`);
      return;
    }
    before.forEach((schema, index) => {
      const place = before.length === 1 ? "" : `argument ${index + 1}`;
      this.value(name, schema, after[index], "from the device", place);
    });
  }

  /** What nobody told is anything. */
  private value(
    name: string,
    before: JsonSchema = {},
    after: JsonSchema = {},
    direction: Direction,
    place: string,
  ): void {
    for (const change of schemaChanges(before, after, this.definitions, place)) {
      this.add(name, verdictOf(change, direction), change.text);
    }
  }
}

/**
 * Who sends a value that is no longer taken is refused; who gets one that was not there before does not know it. Who
 * gets fewer than before notices nothing, and a device that still gives all does not keep the contract any more.
 */
function verdictOf({ kind }: SchemaChange, direction: Direction): Verdict {
  if (kind === "told") return "compatible";
  if (kind === "other") return "breaks callers";
  if (kind === "narrower") return direction === "from the device" ? "breaks devices" : "breaks callers";
  return direction === "to the device" ? "compatible" : "breaks callers";
}

function membersOf({ contract }: ToldContract): ReadonlyMap<string, MemberContract> {
  return new Map([...contract.members.values()].map((member) => [member.wireName, member]));
}

function described({ inventory }: ToldContract, wireName: string): MemberDescription | undefined {
  return inventory.rigwire?.members.get(wireName);
}
