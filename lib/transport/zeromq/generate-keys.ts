import { curveKeyPair } from "zeromq";
import { type KeyPair } from "../../security/curve-key";

/** Makes a new pair of keys, for a device, a client or a whole rig; see `writeKeyFiles` to keep it. */
export function generateKeys(): KeyPair {
  const { publicKey, secretKey } = curveKeyPair();
  return { publicKey, secretKey };
}
