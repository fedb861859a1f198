import { type PeerClient, READING, type Reading } from "../peers/peer";
import { type ClientTask } from "./client-task";
import { inFlight } from "./in-flight";

export type CallKind = "echo" | "checked" | "returned" | "property" | "step" | "tell";

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

/** Makes one call of a kind; nothing where the peer has none. */
export function callOf(client: PeerClient, kind: CallKind): (() => Promise<unknown>) | undefined {
  switch (kind) {
    case "echo":
      return () => checked(client.echo(READING));
    case "checked":
      return client.echoChecked && (() => checked(client.echoChecked?.(READING)));
    case "returned":
      return client.echoReturned && (() => checked(client.echoReturned?.(READING)));
    case "property":
      return client.getProperty && (() => checked(client.getProperty?.()));
    case "step":
      return client.step && (() => stepped(client.step?.()));
    case "tell":
      return client.stepAndTell && (() => stepped(client.stepAndTell?.()));
  }
}

/** Every answer is looked into, so that none counts that was not read. */
async function checked(answer: Promise<unknown> | undefined): Promise<void> {
  const reading = (await answer) as Partial<Reading> | undefined;
  if (reading?.degrees !== READING.degrees) throw new Error("an answer is not what was sent");
}

async function stepped(answer: Promise<unknown> | undefined): Promise<void> {
  if ((await answer) !== 2) throw new Error("an answer is not what was returned");
}
