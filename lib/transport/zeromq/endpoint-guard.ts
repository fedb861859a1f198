import { type Plain, type ServerSecurity } from "../../security/credentials";
import { allowedKeys } from "../../security/allowed-keys";
import { type Logger } from "../../log/logger";
import { resolveServerSecurity } from "../../security/security-options";
import { isWithinProcess } from "./curve-client-options";
import { openZapDomain } from "./zap-handler";

/** Who comes in at one endpoint. */
export interface EndpointGuard {
  /** Everybody does, and nobody decided that. */
  readonly isOpenByDefault: boolean;
  /** The name of the key that a client has proved; nothing where it has none. @param identity - As the ROUTER has it. */
  keyOf(identity: string): string | undefined;
  /** For every socket of the endpoint. */
  socketOptions(url: string): CurveServerOptions | undefined;
  /** Nobody new comes in from now on. Idempotent. */
  close(): void;
}

interface CurveServerOptions {
  readonly curveServer: true;
  readonly curveSecretKey: string;
  readonly zapDomain: string;
  readonly zapEnforceDomain: true;
}

/**
 * Open it before the endpoint's sockets are made, close it after them.
 *
 * @throws KeyError if keys cannot be used, or another part of the process decides already who connects.
 */
export async function openGuard(
  security: ServerSecurity | Plain | undefined,
  log: Logger,
): Promise<EndpointGuard> {
  const resolved = resolveServerSecurity(security);
  if (resolved === undefined || resolved === "plain") {
    return {
      isOpenByDefault: resolved === undefined,
      keyOf: () => undefined,
      socketOptions: () => undefined,
      close: () => undefined,
    };
  }
  const { keys, allow } = resolved;
  const domain = await openZapDomain(allowedKeys(allow, keys.publicKey, log), log);
  const options: CurveServerOptions = {
    curveServer: true,
    curveSecretKey: keys.secretKey,
    zapDomain: domain.name,
    // Else everybody would come in where nobody answers for the domain.
    zapEnforceDomain: true,
  };
  return {
    isOpenByDefault: false,
    keyOf: (identity) => domain.keyOf(identity),
    socketOptions: (url) => (isWithinProcess(url) ? undefined : options),
    close: () => domain.close(),
  };
}
