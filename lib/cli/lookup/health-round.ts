import { ContractError, messageOf } from "../../errors";
import { CommandEnd, EXIT, type ExitCode, exitCodeOf } from "../program/exit-code";
import { type Session } from "../program/session";
import { printable } from "../terminal/printable";
import { tableLines } from "../terminal/table";
import { type DeviceOptions } from "./device-options";
import { type OpenedDevice, withDevice } from "./opened-device";

/** What a device answered that was asked for its health. */
type HealthAnswer =
  | { readonly health: "serving" }
  | { readonly health: "not serving"; readonly reason: string }
  /** It answers, and says nothing of its health. */
  | { readonly health: "unknown" }
  | { readonly health: "unreachable"; readonly error: string; readonly exitCode: ExitCode };

const ANSWER_WITHIN_MS = 2_000;

/**
 * Asks devices for their health, all at the same time, and prints what each answers.
 *
 * @throws CommandEnd that says so where one does not serve, or is not reached: the latter counts for more.
 */
export async function printHealth(
  session: Session,
  devices: readonly string[],
  options: DeviceOptions,
): Promise<void> {
  const { output } = session;
  const asked = await Promise.all(
    devices.map(async (device) => ({ device, ...(await healthOf(session, device, options)) })),
  );
  if (output.json) {
    for (const { device, health, ...more } of asked) {
      output.record({
        device,
        health,
        ...("reason" in more && { reason: more.reason }),
        ...("error" in more && { error: more.error }),
      });
    }
  } else {
    const { green, red, yellow } = output.paint;
    const rows = asked.map((answer) => {
      const { device, health } = answer;
      const colour = health === "serving" ? green : health === "unknown" ? yellow : red;
      const why = "reason" in answer ? answer.reason : "error" in answer ? answer.error : "";
      return [printable(device), colour(health), printable(why)];
    });
    for (const line of tableLines(rows)) output.line(line);
  }
  const unreached = asked.flatMap((answer) => ("exitCode" in answer ? answer.exitCode : []));
  const exitCode =
    unreached[0] ?? (asked.some(({ health }) => health === "not serving") ? EXIT.refused : EXIT.done);
  if (exitCode !== EXIT.done) throw new CommandEnd(exitCode);
}

async function healthOf(session: Session, device: string, options: DeviceOptions): Promise<HealthAnswer> {
  try {
    return await withDevice(session, device, options, (opened) => ask(session, opened));
  } catch (error) {
    if (session.signal.aborted) throw error;
    return { health: "unreachable", error: messageOf(error), exitCode: exitCodeOf(error) };
  }
}

async function ask({ signal }: Session, { client }: OpenedDevice): Promise<HealthAnswer> {
  try {
    const health = await client.health({ signal, timeoutMs: ANSWER_WITHIN_MS });
    return health.serving ? { health: "serving" } : { health: "not serving", reason: health.reason };
  } catch (error) {
    if (error instanceof ContractError) return { health: "unknown" };
    throw error;
  }
}
