import { createReadStream, existsSync, readdirSync, statSync } from "node:fs";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { dirname, extname, join, sep } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
  ".wasm": "application/wasm",
};

/** What a bundler puts into the name of a file whose content never changes under that name. */
const HASHED = /^\/assets\/.*[-.][\w-]{8,}\.\w+$/;

/** The files of a page, as they were when the server began: nothing else can be asked for. */
export class StaticFiles {
  private readonly paths = new Map<string, string>();

  /** @param folder - With `index.html`. */
  constructor(readonly folder: string) {
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      const path = join(folder, name);
      if (statSync(path).isFile()) this.paths.set(`/${name.split(sep).join("/")}`, path);
    }
  }

  /** Whether there is a page. */
  get hasPage(): boolean {
    return this.paths.has("/index.html");
  }

  /**
   * Answers with a file.
   *
   * @param path - Of the request, decoded.
   * @returns Whether there is one.
   */
  answer(path: string, request: IncomingMessage, response: ServerResponse): boolean {
    const file = this.paths.get(path === "/" ? "/index.html" : path);
    const stats = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
    if (file === undefined || stats === undefined) return false;
    const tag = `"${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}"`;
    response.setHeader("content-type", TYPES[extname(file)] ?? "application/octet-stream");
    response.setHeader("etag", tag);
    response.setHeader(
      "cache-control",
      HASHED.test(path) ? "private, max-age=31536000, immutable" : "no-cache",
    );
    if (request.headers["if-none-match"] === tag) {
      response.writeHead(304).end();
      return true;
    }
    response.writeHead(200, { "content-length": stats.size });
    if (request.method === "HEAD") response.end();
    else
      createReadStream(file)
        .on("error", () => response.destroy())
        .pipe(response);
    return true;
  }
}

/** Where the package keeps the console's page. */
export function builtConsole(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, "build", "console");
}
