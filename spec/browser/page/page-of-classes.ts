import { clientOf, connect } from "rigwire";
import "rigwire/browser/class-transformer";
import { firstValueFrom, timeout } from "rxjs";
import { Spot, SpotFinder } from "./spot-finder";

/** @returns Whether the object in a signal is of its class, and what a getter of the class says. */
async function distanceOfSpot(url: string): Promise<[isSpot: boolean, distance: number]> {
  const finder = connect(SpotFinder, url, { timeoutMs: 5_000 });
  const found = firstValueFrom(finder.found.pipe(timeout(5_000)));
  await finder.find();
  const spot = await found;
  await clientOf(finder).close();
  return [spot instanceof Spot, spot.distance];
}

Object.assign(globalThis, { distanceOfSpot });
