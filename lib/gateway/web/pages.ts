import { type IncomingMessage, type ServerResponse } from "node:http";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * What every answer says: no script but the page's own, in no frame, and no address of it told to anybody.
 *
 * @param host - The gateway's, as the client calls it: some browsers do not count WebSockets as the page's own.
 * @param isSecure - Whether it is reached with TLS.
 */
export function setSafeHeaders(response: ServerResponse, host: string, isSecure: boolean): void {
  const webSocket = `${isSecure ? "wss" : "ws"}://${host}`;
  response.setHeader(
    "content-security-policy",
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data:",
      "font-src 'self'",
      `connect-src 'self' ${webSocket}`,
      "manifest-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join("; "),
  );
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "same-origin");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
}

/** Answers with text. */
export function answerText(response: ServerResponse, status: number, text: string): void {
  response.setHeader("cache-control", "no-store");
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(`${text}\n`);
}

/** Sends a browser elsewhere. */
export function redirect(response: ServerResponse, to: string, cookie?: string): void {
  response.setHeader("cache-control", "no-store");
  if (cookie !== undefined) response.setHeader("set-cookie", cookie);
  response.writeHead(303, { location: to });
  response.end();
}

/** A page to log in at; works without scripts. */
export function answerLoginPage(response: ServerResponse, status: number, problem: string): void {
  const text = problem.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? "");
  response.setHeader("cache-control", "no-store");
  response.writeHead(status, { "content-type": "text/html; charset=utf-8" });
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>rigwire: log in</title>` +
      `<meta name="viewport" content="width=device-width"></head><body><main><h1>rigwire</h1><p>${text}</p>` +
      `<form method="post" action="/login"><label>Password or token <input name="secret" type="password" ` +
      `autocomplete="current-password" required autofocus></label> <button>Log in</button></form></main></body></html>\n`,
  );
}

/** What a form holds is far shorter. */
const MAX_FORM_BYTES = 4 * 1024;

/**
 * The fields of a form that was sent.
 *
 * @returns Nothing where it is longer than any of ours.
 */
export async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_FORM_BYTES) return undefined;
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}
