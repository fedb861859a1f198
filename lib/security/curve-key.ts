import { type KeyPair, type PublicKey } from "./credentials";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { KeyError } from "../errors";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
const KEY_LENGTH = 40;
const KEY_BYTES = 32;

/** Z85 writes four bytes as five characters. */
const CHARACTERS = 5;
const BYTES = 4;

/** What stands before the 32 bytes of an X25519 secret key in DER (RFC 8410). */
export const SECRET_KEY_PREFIX = Buffer.from("302e020100300506032b656e04220420", "hex");

/**
 * The 32 bytes of a key.
 *
 * @param what - What the text should be, for the error; the text itself may be a secret and is not told.
 * @throws KeyError if it is no key.
 */
export function decodeKey(text: string, what: string): Buffer {
  if (text.length !== KEY_LENGTH) {
    throw new KeyError(`${what} is no key: it has ${text.length} characters, not ${KEY_LENGTH}`);
  }
  const bytes = Buffer.alloc(KEY_BYTES);
  for (let group = 0; group * BYTES < KEY_BYTES; group++) {
    let value = 0;
    for (const character of text.slice(group * CHARACTERS, (group + 1) * CHARACTERS)) {
      const digit = ALPHABET.indexOf(character);
      if (digit < 0) throw new KeyError(`${what} is no key: it has characters that Z85 does not know`);
      value = value * ALPHABET.length + digit;
    }
    if (value > MAX_GROUP) throw new KeyError(`${what} is no key: it is no Z85`);
    bytes.writeUInt32BE(value, group * BYTES);
  }
  return bytes;
}

const MAX_GROUP = 2 ** 32 - 1;

/** @param bytes - 32 of them. */
export function encodeKey(bytes: Buffer): string {
  let text = "";
  for (let offset = 0; offset < bytes.length; offset += BYTES) {
    let value = bytes.readUInt32BE(offset);
    let group = "";
    for (let index = 0; index < CHARACTERS; index++) {
      group = ALPHABET.charAt(value % ALPHABET.length) + group;
      value = Math.floor(value / ALPHABET.length);
    }
    text += group;
  }
  return text;
}

/**
 * @param what - What the text should be, for the error.
 * @throws KeyError if it is no key.
 */
export function requirePublicKey(text: string, what: string): PublicKey {
  decodeKey(text, what);
  return text;
}

/**
 * @param what - What they are, for the error.
 * @throws KeyError if they are no keys, or do not belong together.
 */
export function requireKeyPair({ publicKey, secretKey }: KeyPair, what: string): KeyPair {
  requirePublicKey(publicKey, `the public key of ${what}`);
  const key = Buffer.concat([SECRET_KEY_PREFIX, decodeKey(secretKey, `the secret key of ${what}`)]);
  const spki = createPublicKey(createPrivateKey({ key, format: "der", type: "pkcs8" })).export({
    format: "der",
    type: "spki",
  });
  if (encodeKey(spki.subarray(-KEY_BYTES)) !== publicKey) {
    throw new KeyError(`the public and the secret key of ${what} do not belong together`);
  }
  return { publicKey, secretKey };
}
