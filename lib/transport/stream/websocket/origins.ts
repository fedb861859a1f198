import { isIP } from "node:net";

/**
 * Whether a page may connect.
 *
 * @param origin - Where the page is from, as its browser says; nothing by what is no browser.
 * @param host - What the client takes the server for, as it says in `Host`.
 * @param allowed - The list of the server's owner; nothing where he gave none.
 */
export function mayConnect(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[] | "*" | undefined,
): boolean {
  if (origin === undefined || allowed === "*") return true;
  const from = originOf(origin);
  if (from === undefined) return false;
  if (allowed !== undefined) return allowed.some((each) => isSame(originOf(each), from));
  // A name may be led to this computer by whoever owns it, also after the page was loaded (DNS rebinding).
  return from.host === host && isNumberOrLocal(from.hostname);
}

/** Also of a scheme of an application's own, such as `app://rig`: to Node such an address has no origin. */
function isSame(listed: URL | undefined, from: URL): boolean {
  return listed?.protocol === from.protocol && listed.host === from.host;
}

/** @returns Nothing for a page that has none, which says `null`. */
function originOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function isNumberOrLocal(hostname: string): boolean {
  return hostname === "localhost" || isIP(hostname.replace(/^\[|\]$/g, "")) !== 0;
}
