import { type Plain } from "../../security/credentials";
import { type ResolvedClientSecurity } from "../../security/security-options";

/** Within a process nothing is encrypted and nobody is a stranger: ZeroMQ has no security there. */
export function isWithinProcess(url: string): boolean {
  return url.startsWith("inproc:");
}

/** What makes a socket prove its key and talk to one server only; nothing where it talks plainly. */
export function curveClientOptions(url: string, security: ResolvedClientSecurity | Plain) {
  if (security === "plain" || isWithinProcess(url)) return {};
  const { keys, serverKey } = security;
  return {
    curvePublicKey: keys.publicKey,
    curveSecretKey: keys.secretKey,
    curveServerKey: serverKey,
  };
}
