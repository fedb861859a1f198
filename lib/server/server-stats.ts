import { eventLoopDelay, measureEventLoopDelay } from "../platform/event-loop-delay";
import { type RpcEndpoint } from "../transport/endpoint";
import { type DeviceStats } from "../wire/device-stats";
import { type DeviceTime } from "./device-time";
import { type MemberAccounts } from "./member-accounts";
import { type SignalPublisher } from "./signal-publisher";

/** What a server can say of what it has done since it started, and of its process. */
export class ServerStats {
  private readonly startedAt: number;
  private readonly endMeasuring = measureEventLoopDelay();

  constructor(
    private readonly members: MemberAccounts,
    private readonly signals: SignalPublisher,
    private readonly endpoint: RpcEndpoint,
    private readonly time: DeviceTime,
  ) {
    this.startedAt = time.now();
  }

  read(): DeviceStats {
    const eventLoop = eventLoopDelay();
    const { rss, heapUsed } = process.memoryUsage();
    return {
      upMs: Math.round(this.time.now() - this.startedAt),
      connections: this.endpoint.clientCount ?? null,
      members: this.members.read(),
      signals: this.signals.stats(),
      ...(eventLoop !== undefined && { eventLoop }),
      memory: { residentBytes: rss, heapBytes: heapUsed },
    };
  }

  /** The event loop is measured no more for this server, and no duration is told any more. Idempotent. */
  close(): void {
    this.endMeasuring();
    this.members.durations.complete();
  }
}
