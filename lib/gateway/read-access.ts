/** What may be asked of a device without changing it. */
const READS: ReadonlySet<unknown> = new Set([
  "GET_INVENTORY",
  "GET_MEMBERS",
  "INIT_SIGNALS_HANDLING",
  "PROPERTY_GET",
  "CONFIRM_SUBSCRIPTIONS",
  "SIGNAL_COUNTS",
  "STATS",
  "STATUS",
  "LOCAL_ROAD",
  "CANCEL",
  "STREAM_NEXT",
  "USES",
  "USERS",
  undefined,
]);

/**
 * Why a request is not passed on where devices may only be read; nothing where it is.
 *
 * @param message - The request, as anybody may have sent it.
 * @param device - What the device is called.
 */
export function readOnlyRefusal(
  { event, method, property }: Readonly<Record<string, unknown>>,
  device: string,
): string | undefined {
  if (READS.has(event)) return undefined;
  const named = event === "METHOD_CALL" ? method : event === "PROPERTY_SET" ? property : event;
  const member = typeof named === "string" ? named : "the request";
  const verb = event === "PROPERTY_SET" ? "set" : "carried out";
  return (
    `${member} was not ${verb}: through this gateway ${device} can only be read (access: "read"). ` +
    'Start it with rigwire console --access control, or GatewayModule.serve({ access: "control" })'
  );
}
