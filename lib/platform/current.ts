import { type Platform } from "./platform";
import { portable } from "./portable";

let current: Platform = portable;

/** Installs a platform; the package's entry for Node does so before anything else. */
export function usePlatform(platform: Platform): void {
  current = platform;
}

/** The platform that the program runs on. */
export function platform(): Platform {
  return current;
}
