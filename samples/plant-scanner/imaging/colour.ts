/** A colour as amounts of light (linear, 0 to 1 each; more than 1 is brighter than white), fit to be added up. */
export interface Colour {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
}

export const BLACK: Colour = { red: 0, green: 0, blue: 0 };

/** @param hex - An sRGB colour as `#rrggbb`. */
export function colourOf(hex: string): Colour {
  const channel = (start: number): number => (parseInt(hex.slice(start, start + 2), 16) / 255) ** GAMMA;
  return { red: channel(1), green: channel(3), blue: channel(5) };
}

/** The sRGB colour as `#rrggbb`; what is brighter than white becomes white. */
export function hexOf(colour: Colour): string {
  return `#${hexChannel(colour.red)}${hexChannel(colour.green)}${hexChannel(colour.blue)}`;
}

/** `share` 0 gives `a`, 1 gives `b`. */
export function mix(a: Colour, b: Colour, share: number): Colour {
  return {
    red: a.red + (b.red - a.red) * share,
    green: a.green + (b.green - a.green) * share,
    blue: a.blue + (b.blue - a.blue) * share,
  };
}

/** `a` as seen through or under `b`. */
export function multiply(a: Colour, b: Colour): Colour {
  return { red: a.red * b.red, green: a.green * b.green, blue: a.blue * b.blue };
}

/** `a` and `amount` of `b`. */
export function addLight(a: Colour, b: Colour, amount: number): Colour {
  return { red: a.red + b.red * amount, green: a.green + b.green * amount, blue: a.blue + b.blue * amount };
}

const GAMMA = 2.2;

function hexChannel(light: number): string {
  const value = Math.round(Math.min(1, Math.max(0, light)) ** (1 / GAMMA) * 255);
  return value.toString(16).padStart(2, "0");
}
