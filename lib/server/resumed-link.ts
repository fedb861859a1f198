import { failed } from "../wire/failures";
import { type DeviceTime } from "./device-time";
import { type Link } from "./pipeline";
import { type ServedRequest } from "./served-request";

/**
 * Refuses commands without a deadline that come right after the computer was suspended: they may have lain in a socket
 * all the time, and nothing says whether anybody still wants them.
 */
export function resumedLink(time: DeviceTime): Link {
  return (next) => (request) => {
    if (isUndatedCommand(request) && time.hasJustResumed()) {
      const why = "the device's clock stood still before it came, and it says no deadline";
      request.fail(failed(`${request.method} was not started: ${why}`, "late"));
    } else next(request);
  };
}

function isUndatedCommand({ contract, request, stamp }: ServedRequest): boolean {
  if (stamp !== undefined || request.event === "PROPERTY_GET") return false;
  return contract.kind !== "method" || !contract.interrupts;
}
