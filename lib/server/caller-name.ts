import { type ClientIdentity } from "../transport/endpoint";

/** What people know a caller by: its key or where it connects from, or else a number that tells it from others. */
export function callerName({ key, address, id }: ClientIdentity): string {
  return key ?? address ?? `client ${isPrintable(id) ? id : hexadecimal(id)}`;
}

function isPrintable(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function hexadecimal(text: string): string {
  return Buffer.from(text, "latin1").toString("hex");
}
