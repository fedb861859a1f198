/** Two keys that belong together, each as 40 characters of Z85 (ZeroMQ RFC 32). */
export interface KeyPair {
  /** Tells others who this is: hand it out. */
  readonly publicKey: string;
  /** Proves it: keep it where only its owner can read it. */
  readonly secretKey: string;
}

/** What others may allow, or expect at the other end: the 40 characters of a public key. */
export type PublicKey = string;

/**
 * Which clients a server takes: a list of public keys, the path of a folder of public key files (`NAME.pub`), or
 * `"any"` for everybody who knows the server's public key.
 */
export type Allow = string | readonly PublicKey[];

/** How a server keeps strangers out. */
export interface ServerSecurity {
  /** The server's own pair, or the path of its key file. */
  readonly keys: KeyPair | string;
  /** Who may connect besides those who have this very pair. Default: nobody, for a rig that shares one pair. */
  readonly allow?: Allow;
}

/** How a client proves who it is, and knows the server. */
export interface ClientSecurity {
  /** The client's own pair, or the path of its key file. */
  readonly keys: KeyPair | string;
  /** The server's public key; to nobody else the client talks. Default: the own one, for a rig that shares a pair. */
  readonly serverKey?: PublicKey;
}

/** No keys, and that on purpose: everybody may listen and call. */
export type Plain = "plain";
