import { createHash } from "node:crypto";
import { type PublicKey } from "./credentials";
import { decodeKey } from "./curve-key";

/** How many bytes of the digest are told: enough that nobody makes another key with the same. */
const FINGERPRINT_BYTES = 16;

/** What people and programs tell a public key by where the key itself is too long: 32 hexadecimal digits. */
export function keyFingerprint(publicKey: PublicKey): string {
  const digest = createHash("sha256").update(decodeKey(publicKey, "the public key")).digest();
  return digest.subarray(0, FINGERPRINT_BYTES).toString("hex");
}
