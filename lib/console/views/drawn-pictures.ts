import { BehaviorSubject, filter, firstValueFrom, race, timer } from "rxjs";
import { type Device } from "../model/device";

/** A picture that is not drawn within this time is not waited for any longer, in milliseconds. */
const DRAWN_WITHIN_MS = 10_000;

const newest = new WeakMap<Device, Map<string, BehaviorSubject<number>>>();

/** The picture that a call brought stands on the screen. */
export function pictureDrawn(device: Device, member: string, callId: number): void {
  newestOf(device, member).next(callId);
}

/** Resolves when the picture of a call stands on the screen. */
export async function drawn(device: Device, member: string, callId: number): Promise<void> {
  const isDrawn = newestOf(device, member).pipe(filter((id) => id >= callId));
  await firstValueFrom(race(isDrawn, timer(DRAWN_WITHIN_MS)));
}

function newestOf(device: Device, member: string): BehaviorSubject<number> {
  const ofDevice = newest.get(device) ?? new Map<string, BehaviorSubject<number>>();
  newest.set(device, ofDevice);
  const known = ofDevice.get(member) ?? new BehaviorSubject(0);
  ofDevice.set(member, known);
  return known;
}
