/** A certificate and what proves it, for `wss:`. */
export interface TlsIdentity {
  /** The private key: the text of a PEM file, or its path. */
  readonly key: string;
  /** The certificate, with those between it and a known authority: the text of a PEM file, or its path. */
  readonly cert: string;
}

/** Who may connect over WebSocket (`ws:`, `wss:`), and how. */
export interface WebAccess {
  /**
   * The path of the file of tokens, as `rigwire keygen --token NAME` writes it: only clients with one of them are let
   * in. It is read when a client connects. Default: `RIGWIRE_TOKENS`, or everybody, with a warning where others than this
   * computer's users can connect.
   */
  readonly tokens?: string;
  /**
   * The pages that may connect, such as `https://rig.lab`; `"*"` for all. Default: those that were loaded from the very
   * host and port, where that is an address or `localhost`. Clients that are no browsers are not asked.
   */
  readonly origins?: readonly string[] | "*";
  /** For `wss:`: the server's certificate. */
  readonly tls?: TlsIdentity;
}

/** How a client connects over WebSocket. */
export interface WebCredentials {
  /** What a server with tokens lets this client in by. Default: `RIGWIRE_TOKEN`, or none. */
  readonly token?: string;
  /**
   * The authority that signed the server's certificate, where the system does not know it: the text of a PEM file, or
   * its path. In browsers the browser decides.
   */
  readonly ca?: string;
}
