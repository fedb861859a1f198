import { onlyReads } from "../wire/requests";

/** What a person does who wants more of a gateway than reading. */
export const GATEWAY_CURE =
  'Start it with rigwire console --access control, or GatewayModule.serve({ access: "control" })';

/**
 * Why a request is not passed on where devices may only be read; nothing where it is.
 *
 * @param message - The request, as anybody may have sent it.
 * @param device - What the device is called.
 * @param cure - What a person does who wants more than reading.
 */
export function readOnlyRefusal(
  { event, method, property }: Readonly<Record<string, unknown>>,
  device: string,
  cure: string,
): string | undefined {
  // What is no request is answered by the device as any that cannot be read.
  if (event === undefined || onlyReads({ event })) return undefined;
  const named = event === "METHOD_CALL" ? method : event === "PROPERTY_SET" ? property : event;
  const member = typeof named === "string" ? named : "the request";
  const verb = event === "PROPERTY_SET" ? "set" : "carried out";
  return `${member} was not ${verb}: through this gateway ${device} can only be read (access: "read"). ${cure}`;
}
