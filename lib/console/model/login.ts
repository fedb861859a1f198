/** What the gateway answers whom it does not know (any more). */
const UNAUTHORIZED = 401;

/**
 * Whether the gateway does not know this browser any more. It is asked by HTTP: of a WebSocket that is refused, browsers
 * tell a page nothing.
 *
 * @returns False as well where the gateway is not reached: then nobody knows.
 */
export async function isLoggedOut(signal: AbortSignal): Promise<boolean> {
  try {
    const { status } = await fetch("./", { method: "HEAD", cache: "no-store", signal });
    return status === UNAUTHORIZED;
  } catch {
    return false;
  }
}
