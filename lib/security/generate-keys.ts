import { type KeyPair } from "./credentials";
import { generateKeyPairSync } from "node:crypto";
import { encodeKey } from "./curve-key";

/** The key itself stands at the end of both DER forms (RFC 8410). */
const KEY_BYTES = 32;

/** Makes a new pair of keys, for a device, a client or a whole rig; see `writeKeyFiles` to keep it. */
export function generateKeys(): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  return {
    publicKey: encodeKey(publicKey.export({ type: "spki", format: "der" }).subarray(-KEY_BYTES)),
    secretKey: encodeKey(privateKey.export({ type: "pkcs8", format: "der" }).subarray(-KEY_BYTES)),
  };
}
