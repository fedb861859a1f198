/** How a program gets into a NATS cluster. What the options leave out, the URL and the environment say, in this order. */
export interface NatsOptions {
  /** Servers to be tried besides those of the URL, each `HOST[:PORT]`. Default: `RIGWIRE_NATS_SERVERS`, with commas. */
  readonly servers?: readonly string[];
  /** Default: `RIGWIRE_NATS_USER`. */
  readonly user?: string;
  /** Default: `RIGWIRE_NATS_PASSWORD`. */
  readonly password?: string;
  /** Default: `RIGWIRE_NATS_TOKEN`. */
  readonly token?: string;
  /** The path of a file with a JWT and its key, as `nsc` writes it (`.creds`). Default: `RIGWIRE_NATS_CREDENTIALS`. */
  readonly credentials?: string;
  /** The path of a file with the seed of an NKEY (`SU…`). Default: `RIGWIRE_NATS_NKEY`. */
  readonly nkey?: string;
  /** TLS: `true` where the system's authorities do. Default: what `RIGWIRE_NATS_TLS_CA`, `…_CERT` and `…_KEY` say. */
  readonly tls?: boolean | NatsTls;
}

/** Paths of PEM files. */
export interface NatsTls {
  /** The authority that signed the servers' certificates. Default: the system's. */
  readonly ca?: string;
  /** The certificate of this program, where the servers ask for one. */
  readonly cert?: string;
  /** Its key. */
  readonly key?: string;
}
