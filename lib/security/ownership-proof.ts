import { type KeyPair, type PublicKey } from "./credentials";
import { createHmac, createPrivateKey, createPublicKey, diffieHellman, timingSafeEqual } from "node:crypto";
import { decodeKey, SECRET_KEY_PREFIX } from "./curve-key";

/**
 * Shows to one server that the sender of a message has the secret of a public key. ZeroMQ proves that for the
 * connection, but does not tell the receiver of a message whose it is.
 */
export interface OwnershipProof {
  readonly publicKey: PublicKey;
  /** Made from a secret that only the sender and this one server can compute; worth as much as a password there. */
  readonly mac: string;
}

/** What stands before the 32 bytes of an X25519 public key in DER (RFC 8410). */
const PUBLIC_KEY_PREFIX = Buffer.from("302a300506032b656e032100", "hex");

const PURPOSE = "rigwire: owner of a registration";

/** @param verifier - The public key of the server that the proof is for; send it to nobody else. */
export function proveOwnership(keys: KeyPair, verifier: PublicKey): OwnershipProof {
  const mac = macOf(keys.secretKey, verifier, keys.publicKey, verifier);
  return { publicKey: keys.publicKey, mac: mac.toString("base64") };
}

/**
 * @param verifier - The keys of the server that got the proof.
 * @returns Whether the sender has the secret of the public key; also for what is no proof at all.
 */
export function isProven({ publicKey, mac }: OwnershipProof, verifier: KeyPair): boolean {
  try {
    const expected = macOf(verifier.secretKey, publicKey, publicKey, verifier.publicKey);
    const given = Buffer.from(mac, "base64");
    return given.length === expected.length && timingSafeEqual(given, expected);
  } catch {
    // No key, or one of those with which everybody computes the same secret.
    return false;
  }
}

function macOf(secretKey: string, publicKey: string, owner: string, verifier: string): Buffer {
  const privateKey = createPrivateKey({
    key: Buffer.concat([SECRET_KEY_PREFIX, decodeKey(secretKey, "the secret key")]),
    format: "der",
    type: "pkcs8",
  });
  const peer = createPublicKey({
    key: Buffer.concat([PUBLIC_KEY_PREFIX, decodeKey(publicKey, "the public key")]),
    format: "der",
    type: "spki",
  });
  const shared = diffieHellman({ privateKey, publicKey: peer });
  return createHmac("sha256", shared).update([PURPOSE, owner, verifier].join("\n")).digest();
}
