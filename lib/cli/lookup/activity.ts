import { type ServerStatus } from "../../wire/server-status";

/** What a device does that keeps others waiting, in a few words; empty where it is idle, or does not tell. */
export function activityOf(status: ServerStatus | undefined): string {
  const { running, closing } = status ?? {};
  const doing =
    running === undefined
      ? ""
      : `runs ${running.method} for ${(running.forMs / 1_000).toFixed(1)} s, called by ${running.client}`;
  return [closing === true ? "closing" : "", doing].filter((word) => word !== "").join("; ");
}
