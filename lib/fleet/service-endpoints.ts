import { type DeviceStats, type MemberStats, type MemberUse } from "../wire/device-stats";
import { type ServiceEndpoint } from "./service-protocol";

/** Behind a member's name: one that is read and set is counted for each. */
const USES: Readonly<Record<MemberUse, string>> = { call: "", stream: "", get: "-get", set: "-set" };

/** What a device counted, as tools for services of NATS show it. What was refused counts as an error. */
export function serviceEndpoints({ members }: DeviceStats): ServiceEndpoint[] {
  return members.map(toEndpoint);
}

function toEndpoint({ member, use, calls, failures, refusals, run }: MemberStats): ServiceEndpoint {
  return {
    name: `${member}${USES[use]}`,
    requests: calls,
    failures: failures + refusals,
    busyMs: run.sumMs,
  };
}
