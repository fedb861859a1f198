import { failed } from "../wire/failures";
import { type Link } from "./pipeline";

/** How far a server has come with closing: while it drains, what may stop a device is still taken. */
export type ServerPhase = "open" | "draining" | "closed";

/** Refuses what a server does not begin any more. */
export function closingLink(phase: () => ServerPhase): Link {
  return (next) => (request) => {
    const { contract } = request;
    const mayStop = contract.kind === "method" && contract.concurrent;
    const now = phase();
    if (now === "open" || (now === "draining" && mayStop)) next(request);
    else request.fail(failed(`${request.method} was not started: the server is closing`, "busy"));
  };
}
