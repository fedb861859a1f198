import { addLight, BLACK, colourOf, mix, multiply, type Colour } from "./colour";
import { shadowMap } from "./shadow-map";
import { normalOf, type Facet } from "./surface";
import { add, centroid, dot, normalize, scale, subtract, vector, type Vector3 } from "./vector";

/** From where the studio's lamp shines: from the upper left, over the viewer's shoulder. */
export const TOWARDS_LAMP = normalize(vector(-0.55, 0.78, 0.5));

const LAMP = { colour: colourOf("#fff3de"), strength: 1.25 };
const SKY = { colour: colourOf("#dfeaf5"), strength: 0.62 };
const GROUND = { colour: colourOf("#d9cfc0"), strength: 0.22 };
const BACK_LIGHT = { direction: normalize(vector(0.75, 0.35, -0.6)), strength: 0.3 };
const HIGHLIGHT_SHARPNESS = 24;
const SKY_SOFTNESS_CM = 1.6;
/** Light that reaches even where leaves hide the whole sky. */
const LEAST_SKY = 0.36;

/** Gives the colour in which a facet appears to the viewer. */
export interface Lighting {
  /** @param softnessCm - How soft the shadows on it are; large facets need softer ones, or each shows. */
  shade(facet: Facet, softnessCm: number): Colour;
}

/**
 * @param shading - The surfaces that cast shadows.
 * @param eye - Where the viewer is.
 */
export function studioLighting(shading: readonly Facet[], eye: Vector3): Lighting {
  const middle = vector(0, 15, 0);
  const lampShadows = shadowMap(shading, middle, TOWARDS_LAMP);
  const skyShadows = shadowMap(shading, middle, vector(0, 1, 0));
  return {
    shade: (facet, softnessCm) => {
      const place = centroid(facet.corners);
      const lamp = lampShadows.lightAt(place, softnessCm);
      const sky = skyShadows.lightAt(place, SKY_SOFTNESS_CM);
      return shade(facet, normalize(subtract(eye, place)), { lamp, sky });
    },
  };
}

/** @param reached - The shares of the lamp's and the sky's light that reach the facet. */
function shade(
  facet: Facet,
  towardsEye: Vector3,
  reached: { readonly lamp: number; readonly sky: number },
): Colour {
  const { colour, through, gloss } = facet.material;
  const outside = normalOf(facet);
  const normal = dot(outside, towardsEye) < 0 ? scale(outside, -1) : outside;

  const facing = dot(normal, TOWARDS_LAMP);
  const lamp = reached.lamp * LAMP.strength;
  const sky = LEAST_SKY + (1 - LEAST_SKY) * reached.sky;
  const skyward = 0.5 + 0.5 * normal.y;

  const ambient = SKY.strength * skyward + GROUND.strength * (1 - skyward);
  let light = addLight(BLACK, LAMP.colour, lamp * Math.max(0, facing));
  light = addLight(light, mix(GROUND.colour, SKY.colour, skyward), sky * ambient);
  light = addLight(
    light,
    SKY.colour,
    sky * BACK_LIGHT.strength * Math.max(0, dot(normal, BACK_LIGHT.direction)),
  );
  const reflected = multiply(colour, light);
  const shining = addLight(reflected, multiply(through, LAMP.colour), lamp * Math.max(0, -facing));

  const half = normalize(add(TOWARDS_LAMP, towardsEye));
  const highlight = gloss * lamp * Math.max(0, dot(normal, half)) ** HIGHLIGHT_SHARPNESS;
  return addLight(shining, LAMP.colour, highlight * 0.5);
}
