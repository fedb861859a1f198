import { type ClientIdentity } from "../transport/endpoint";
import { type RepresentedCaller } from "../wire/represented-caller";

/**
 * What people know a caller by: its key or where it connects from, or else a number that tells it from others. What
 * another client tells of whom it asks for stands in quotes, with that client.
 */
export function callerName({ key, address, id, via, told }: ClientIdentity): string {
  if (via !== undefined && told !== undefined) return `${representedName(told)} via ${callerName(via)}`;
  return key ?? address ?? `client ${isPrintable(id) ? id : hexadecimal(id)}`;
}

function representedName({ id, name, address }: RepresentedCaller): string {
  const known = [name, address].filter((each) => each !== undefined);
  return JSON.stringify(known.length === 0 ? id : known.join(", "));
}

function isPrintable(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function hexadecimal(text: string): string {
  return Buffer.from(text, "latin1").toString("hex");
}
