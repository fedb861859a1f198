import { DeviceList } from "../../lib/discovery/device-list";
import { type DeviceRecord } from "../../lib/index";
import { DeviceGateway } from "../../lib/gateway/device-gateway";
import { type GatewayOptions } from "../../lib/gateway/web/gateway-options";
import { closing } from "../support/closing";
import { RecordingLogger } from "../support/recording-logger";

/** A gateway in front of devices at known addresses. */
export interface OpenedGateway {
  readonly gateway: DeviceGateway;
  readonly devices: DeviceList;
  readonly logger: RecordingLogger;
  /** Where a device is for clients. */
  at(name: string): string;
}

/** Opens one at a free port that lets everybody in, unless the options say otherwise. */
export async function openGateway(
  devices: Iterable<DeviceRecord>,
  options: GatewayOptions = {},
): Promise<OpenedGateway> {
  const logger = new RecordingLogger();
  const list = new DeviceList(devices);
  const gateway = closing(
    await DeviceGateway.open(
      list,
      { url: "http://127.0.0.1:0", login: "none", page: "/nonexistent", logger, ...options },
      () => ({}),
    ),
  );
  const base = gateway.url.replace(/^http/, "ws");
  return { gateway, devices: list, logger, at: (name) => `${base}/devices/${encodeURIComponent(name)}` };
}
