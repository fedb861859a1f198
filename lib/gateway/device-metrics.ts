import { type DeviceDirectory } from "../discovery/device-directory";
import { withDeadline } from "../time/with-deadline";
import { type DeviceHealth, decodeDeviceHealth } from "../wire/device-health";
import { type DeviceStats, decodeDeviceStats } from "../wire/device-stats";
import { offers } from "../wire/inventory";
import { decodeReply } from "../wire/replies";
import { encodeRequest, type RpcRequest } from "../wire/requests";
import { type DevicePassage } from "./device-passage";
import { isNameable, nameOf, type Passages } from "./device-roster";
import { type MeasuredDevice, prometheusText } from "./prometheus-text";

/** As long as Prometheus waits for an answer by default is ten times this, in milliseconds. */
const ANSWER_WITHIN_MS = 1_000;

/** What the devices of a directory counted, as Prometheus reads it. Whoever asks while they are asked gets the same. */
export class DeviceMetrics {
  private asking: Promise<string> | undefined;

  constructor(
    private readonly directory: DeviceDirectory,
    private readonly passages: Passages,
  ) {}

  /** @throws What the directory fails with. */
  text(): Promise<string> {
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async ask(): Promise<string> {
    const late = () => {
      throw new Error("the devices could not be listed in time");
    };
    const records = await withDeadline(this.directory.find({}), ANSWER_WITHIN_MS, late);
    const names = [...new Set(records.filter(isNameable).map(nameOf))].sort();
    return prometheusText(await Promise.all(names.map((name) => this.measured(name))));
  }

  private async measured(name: string): Promise<MeasuredDevice> {
    const passage = await this.passages.passage(name);
    if (passage === undefined) return { name, stats: undefined, health: undefined, isUp: false };
    const [stats, health] = await Promise.all([
      answered<DeviceStats>(passage, { event: "STATS" }, decodeDeviceStats),
      answered<DeviceHealth>(passage, { event: "STATUS" }, decodeDeviceHealth),
    ]);
    const { peer } = passage.upstream;
    const tellsHealth = offers(peer?.inventory, "health");
    return { name, stats, health: tellsHealth ? health : undefined, isUp: peer !== undefined };
  }
}

/** Nothing where the device does not answer, or does not know the question. */
async function answered<T>(
  passage: DevicePassage,
  question: RpcRequest,
  read: (body: Readonly<Record<string, unknown>>) => T,
): Promise<T | undefined> {
  try {
    const reply = decodeReply(await passage.ask(encodeRequest(question), ANSWER_WITHIN_MS));
    return reply.kind === "success" ? read(reply.body) : undefined;
  } catch {
    return undefined;
  }
}
