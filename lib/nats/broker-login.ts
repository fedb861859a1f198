import { readFileSync } from "node:fs";
import type * as Nats from "@nats-io/transport-node";
import { KeyError, messageOf } from "../errors";
import { type NatsSettings } from "./nats-settings";

/**
 * What the NATS client logs in with. Files are read for each attempt, so that renewed credentials are used without a
 * restart.
 *
 * @throws KeyError if a file cannot be read.
 */
export function brokerLogin(
  nats: typeof Nats,
  { login, tls }: NatsSettings,
): Pick<Nats.ConnectionOptions, "authenticator" | "tls"> {
  return {
    ...(tls !== undefined && {
      tls: {
        ...(tls.ca !== undefined && { caFile: tls.ca }),
        ...(tls.cert !== undefined && { certFile: tls.cert }),
        ...(tls.key !== undefined && { keyFile: tls.key }),
      },
    }),
    ...authentication(nats, login),
  };
}

function authentication(nats: typeof Nats, login: NatsSettings["login"]) {
  switch (login.kind) {
    case "none":
      return {};
    case "user":
      return { authenticator: nats.usernamePasswordAuthenticator(login.user, login.password) };
    case "token":
      return { authenticator: nats.tokenAuthenticator(login.token) };
    case "credentials":
      return { authenticator: nats.credsAuthenticator(fileReader(login.path)) };
    case "nkey":
      return { authenticator: nats.nkeyAuthenticator(seedReader(login.path)) };
  }
}

/** Reads it once at first: an error is the user's then, and not the NATS client's. */
function fileReader(path: string): () => Uint8Array {
  const read = () => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw new KeyError(`the NATS credentials cannot be read: ${messageOf(error)}`, {}, { cause: error });
    }
  };
  read();
  return read;
}

/** A seed alone on its line, as `nk` writes it; comments may stand around it. */
const SEED = /^\s*(S[UNCOA][A-Z2-7]+)\s*$/m;

function seedReader(path: string): () => Uint8Array {
  const file = fileReader(path);
  const read = () => {
    const seed = SEED.exec(Buffer.from(file()).toString())?.[1];
    if (seed !== undefined) return Buffer.from(seed);
    throw new KeyError(
      `${path} holds no seed of an NKEY: expected a line such as SU…, as nk -gen user writes it`,
    );
  };
  read();
  return read;
}
