import { type PeerClient, READING } from "../peers/peer";
import { type ClientTask } from "./client-task";
import { inFlight } from "./in-flight";

export type CallKind = "echo" | "checked" | "property";

export interface CallsOptions {
  readonly kind: CallKind;
  readonly inFlight: number;
  readonly ms: number;
}

/** Calls a second; nothing where the peer has no such call. */
export const callsPerSecond: ClientTask<CallsOptions, number | undefined> = async ({ client }, options) => {
  const call = callOf(client, options.kind);
  return call && (await inFlight(options.inFlight, options.ms, call));
};

function callOf(client: PeerClient, kind: CallKind): (() => Promise<unknown>) | undefined {
  switch (kind) {
    case "echo":
      return () => client.echo(READING);
    case "checked":
      return client.echoChecked && (() => client.echoChecked?.(READING) ?? Promise.resolve());
    case "property":
      return client.getProperty && (() => client.getProperty?.() ?? Promise.resolve());
  }
}
