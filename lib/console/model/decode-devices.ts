import { type GatewayAccess, type GatewayDevice } from "../../gateway/gateway-contract";

/** The gateway's list, without what is no device. */
export function decodeDevices(value: unknown): GatewayDevice[] {
  return Array.isArray(value) ? value.filter(isDevice) : [];
}

export function decodeAccess(value: unknown): GatewayAccess | undefined {
  return value === "control" || value === "read" ? value : undefined;
}

function isDevice(value: unknown): value is GatewayDevice {
  if (typeof value !== "object" || value === null) return false;
  const { name, type, address, state } = value as Partial<Record<keyof GatewayDevice, unknown>>;
  return (
    typeof name === "string" &&
    typeof type === "string" &&
    typeof address === "string" &&
    typeof state === "string"
  );
}
