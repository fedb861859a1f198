import { platform } from "../platform/current";
import { setting } from "../security/environment-setting";
import { type NatsOptions, type NatsTls } from "./nats-options";
import { type NatsUrl } from "./nats-url";

/** How a connection logs in. */
export type NatsLogin =
  | { readonly kind: "none" }
  | { readonly kind: "user"; readonly user: string; readonly password: string | undefined }
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "credentials"; readonly path: string }
  | { readonly kind: "nkey"; readonly path: string };

/** Everything that a connection is made with. Two users with the same settings share one. */
export interface NatsSettings {
  readonly servers: readonly string[];
  readonly login: NatsLogin;
  readonly tls: NatsTls | undefined;
}

/** Brings together what a URL, the options and the environment say. */
export function natsSettings(url: NatsUrl, options: NatsOptions = {}): NatsSettings {
  const servers = [...url.servers, ...(options.servers ?? listOf(fromEnvironment("SERVERS")))];
  return {
    servers: [...new Set(servers)],
    login: loginOf(options) ?? urlLogin(url) ?? loginOf(environmentLogin()) ?? { kind: "none" },
    tls: tlsOf(options.tls ?? environmentTls()),
  };
}

type LoginOptions = { readonly [Key in keyof Omit<NatsOptions, "servers" | "tls">]: string | undefined };

function loginOf({ user, password, token, credentials, nkey }: LoginOptions): NatsLogin | undefined {
  if (credentials !== undefined) return { kind: "credentials", path: credentials };
  if (nkey !== undefined) return { kind: "nkey", path: nkey };
  if (token !== undefined) return { kind: "token", token };
  return user === undefined ? undefined : { kind: "user", user, password };
}

function urlLogin({ login }: NatsUrl): NatsLogin | undefined {
  if (login === undefined) return undefined;
  return "token" in login ? { kind: "token", token: login.token } : { kind: "user", ...login };
}

function environmentLogin(): LoginOptions {
  return {
    user: fromEnvironment("USER"),
    password: fromEnvironment("PASSWORD"),
    token: fromEnvironment("TOKEN"),
    credentials: fromEnvironment("CREDENTIALS"),
    nkey: fromEnvironment("NKEY"),
  };
}

function environmentTls(): NatsTls | undefined {
  const [ca, cert, key] = [
    fromEnvironment("TLS_CA"),
    fromEnvironment("TLS_CERT"),
    fromEnvironment("TLS_KEY"),
  ];
  if (ca === undefined && cert === undefined && key === undefined) return undefined;
  return tlsFiles(ca, cert, key);
}

function tlsOf(tls: boolean | NatsTls | undefined): NatsTls | undefined {
  if (tls === undefined || tls === false) return undefined;
  return tls === true ? {} : tlsFiles(tls.ca, tls.cert, tls.key);
}

/** In one order, so that the same files are the same settings. */
function tlsFiles(ca: string | undefined, cert: string | undefined, key: string | undefined): NatsTls {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

function fromEnvironment(name: string): string | undefined {
  return setting(platform().environment(`RIGWIRE_NATS_${name}`));
}

function listOf(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((server) => server.trim())
    .filter((server) => server !== "");
}
