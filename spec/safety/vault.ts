import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Subject } from "rxjs";
import {
  Arg,
  type ClientOptions,
  connect,
  generateKeys,
  JsonMethod,
  RpcProperty,
  RpcServer,
  RpcService,
  serve,
  type ServeOptions,
  Signal,
} from "rigwire";
import { clientOf, type Remote } from "rigwire";
import { closing } from "../support/closing";

/** A device that notes whatever reaches it. */
@RpcService({ type: "vault" })
export class Vault {
  @Signal(String) readonly opened = new Subject<string>();
  readonly reached: string[] = [];

  @RpcProperty()
  get content(): string {
    this.reached.push("content");
    return "gold";
  }

  @JsonMethod()
  open(@Arg("who") who: string): string {
    this.reached.push(who);
    this.opened.next(who);
    return `opened by ${who}`;
  }
}

/** Where the tests serve: TCP and a local file. */
export const PLACES = [
  { place: "tcp:", url: () => "tcp://127.0.0.1" },
  { place: "ipc:", url: () => `ipc://${join(temporaryFolder(), "vault.ipc")}` },
];

/** A folder that goes with the running test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "rigwire-keys-"));
  closing({ close: () => rmSync(folder, { recursive: true, force: true }) });
  return folder;
}

export async function serveVault(options: ServeOptions): Promise<{ vault: Vault; server: RpcServer }> {
  const vault = new Vault();
  return { vault, server: closing(await serve(vault, { name: "vault", ...options })) };
}

export function connectVault(url: string, options: ClientOptions): Remote<Vault> {
  const remote = connect(Vault, url, { name: "vault", timeoutMs: 8_000, ...options });
  closing(clientOf(remote));
  return remote;
}

/** The keys of one server and one client. */
export function twoPairs() {
  return { server: generateKeys(), client: generateKeys() };
}

/** The error of something that must fail, and soon. */
export async function failureOf(call: Promise<unknown>, withinMs = 2_000): Promise<Error> {
  const startedAt = performance.now();
  const error = await call.then(
    (value) => new Error(`it gave ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  const tookMs = performance.now() - startedAt;
  if (tookMs > withinMs) throw new Error(`it failed only after ${tookMs} ms`, { cause: error });
  if (error instanceof Error) return error;
  throw new Error("it failed with something that is no Error");
}
