import { type ServiceContract } from "../contract/service-contract";
import { type RpcEndpoint } from "../transport/endpoint";
import { VERSION } from "../version";
import { type DeviceHealth } from "../wire/device-health";
import { failed } from "../wire/failures";
import { memberPagesOf, sentInventory } from "../wire/inventory";
import { failureReply, type ReplyFrames } from "../wire/replies";
import { type ServerStatus } from "../wire/server-status";
import { type ServerPhase } from "./closing-link";
import { type DeviceTime } from "./device-time";
import { type MethodRunner } from "./method-runner";

/** What this server can do beyond the original, for clients that know. */
const FEATURES = [
  "arrays",
  "cancel",
  "confirm-subscriptions",
  "health",
  "on-behalf-of",
  "signal-counts",
  "stats",
  "status",
  "streams",
  "time",
  "users",
] as const;

/** What a server says of itself. */
export class SelfDescription {
  constructor(
    private readonly contract: ServiceContract,
    private readonly endpoint: RpcEndpoint,
    private readonly maxTextBytes: number,
    private readonly methods: MethodRunner,
    private readonly time: DeviceTime,
    private readonly state: {
      readonly instance: string;
      name(): string;
      phase(): ServerPhase;
      health(): DeviceHealth;
    },
  ) {}

  inventory(): object {
    return sentInventory(this.contract, {
      name: this.state.name(),
      version: VERSION,
      instance: this.state.instance,
      ...this.status(),
      signalPort: this.endpoint.signalPort,
      maxMessageBytes: this.endpoint.maxMessageBytes,
      maxTextBytes: this.maxTextBytes,
      features: [...this.endpoint.features, ...FEATURES],
    });
  }

  /** What the inventory left out, page by page from 0. */
  members(page: number): ReplyFrames {
    const pages = memberPagesOf(this.contract);
    const text = pages[page];
    if (text !== undefined) return [text];
    return failureReply(
      failed(`there is no page ${page} of what is said of the members: there are ${pages.length}`, "invalid"),
    );
  }

  status(): ServerStatus {
    const { running } = this.methods;
    const health = this.state.health();
    return {
      clock: this.time.now(),
      ...(running !== undefined && { running }),
      ...(!health.serving && { health }),
      ...(this.state.phase() !== "open" && { closing: true }),
    };
  }
}
