/** What ZeroMQ peers say first (ZMTP 3.0, ZeroMQ RFC 23): signature, version, mechanism, role, filler. */
export const GREETING_BYTES = 64;
const SIGNATURE_BYTES = 10;
const MAJOR_AT = SIGNATURE_BYTES;
const MECHANISM_AT = 12;
const MECHANISM_BYTES = 20;
const MAJOR = 3;
const MECHANISM = "NULL";

/** The greeting of a peer without keys. */
export const PLAIN_GREETING = Buffer.concat(
  [
    Buffer.from([0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, MAJOR, 0]),
    Buffer.from(MECHANISM.padEnd(MECHANISM_BYTES, "\0"), "latin1"),
  ],
  GREETING_BYTES,
);

/** Whether the bytes so far can become the greeting of a peer that talks plainly in ZMTP 3. */
export function isPlainGreeting(bytes: Buffer): boolean {
  if (bytes.length > 0 && bytes[0] !== 0xff) return false;
  if (bytes.length >= SIGNATURE_BYTES && ((bytes[SIGNATURE_BYTES - 1] ?? 0) & 1) !== 1) return false;
  if (bytes.length > MAJOR_AT && (bytes[MAJOR_AT] ?? 0) < MAJOR) return false;
  const end = MECHANISM_AT + MECHANISM_BYTES;
  return (
    bytes.length < end || bytes.subarray(MECHANISM_AT, end).equals(PLAIN_GREETING.subarray(MECHANISM_AT, end))
  );
}
