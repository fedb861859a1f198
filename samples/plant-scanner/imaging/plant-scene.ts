import { hexOf, type Colour } from "./colour";
import { studioLighting, TOWARDS_LAMP } from "./lighting";
import { type PictureSize } from "./picture";
import { type PlantModel } from "./plant-model";
import { plantSurface } from "./plant-surface";
import { sceneCamera, type SceneCamera } from "./scene-camera";
import { normalOf, type Facet } from "./surface";
import { PLATE, plateMarks, potInside, potOutside, potShadowCaster, soil, SOIL } from "./turntable-scene";
import { add, centroid, dot, rotateAround, subtract, toRadians, vector, type Vector3 } from "./vector";

const AXIS = vector(0, 1, 0);
const PLANT_SHADOW_SOFTNESS_CM = 0.6;
const POT_SHADOW_SOFTNESS_CM = 1.7;
/** Facets are drawn this much (pixels) larger than they are, which hides the hairlines between neighbours. */
const OVERLAP = 0.45;

/** The whole scene as an SVG document; `angle` is in degrees, 0 to 360. */
export function plantSceneSvg(plant: PlantModel, angle: number, size: PictureSize): string {
  const camera = sceneCamera(size);
  const turned = turnedBy(angle);
  const plantFacets = plantSurface(plant).map((facet) => turned(lifted(facet)));
  const lighting = studioLighting(plantFacets, camera.eye);
  const draw = (facets: readonly Facet[], softnessCm: number): string =>
    drawFacets(facets, camera, (facet) => lighting.shade(facet, softnessCm));

  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">`,
    backdrop(camera, size),
    plate(camera, angle),
    castShadow([...plantFacets, ...potShadowCaster()], camera),
    draw(potInside().map(turned), POT_SHADOW_SOFTNESS_CM),
    draw(soil().map(turned), PLANT_SHADOW_SOFTNESS_CM),
    draw(potOutside().map(turned), POT_SHADOW_SOFTNESS_CM),
    draw(plantFacets, PLANT_SHADOW_SOFTNESS_CM),
    "</svg>",
  ].join("\n");
}

/** The mark of the angle comes to the front. */
function turnedBy(angle: number): (facet: Facet) => Facet {
  const radians = toRadians(-angle);
  return (facet) => ({
    ...facet,
    corners: facet.corners.map((corner) => rotateAround(corner, AXIS, radians)),
  });
}

/** From the plant's own coordinates to its place in the pot. */
function lifted(facet: Facet): Facet {
  return { ...facet, corners: facet.corners.map((corner) => add(corner, vector(0, SOIL.height, 0))) };
}

/** Farther facets first, so that the nearer ones cover them. */
function drawFacets(facets: readonly Facet[], camera: SceneCamera, shade: (facet: Facet) => Colour): string {
  return facets
    .filter((facet) => facet.material.twoSided || facesViewer(facet, camera.eye))
    .map((facet) => ({ facet, depth: camera.depthOf(centroid(facet.corners)) }))
    .sort((a, b) => b.depth - a.depth)
    .map(({ facet }) => {
      const colour = hexOf(shade(facet));
      return `<path fill="${colour}" d="${facetPath(facet, camera)}"/>`;
    })
    .join("\n");
}

function facesViewer(facet: Facet, eye: Vector3): boolean {
  return dot(normalOf(facet), subtract(eye, centroid(facet.corners))) > 0;
}

/** A seamless studio backdrop: lighter behind the plant, darker towards the corners. */
function backdrop(camera: SceneCamera, size: PictureSize): string {
  const centre = camera.project(vector(-2, 19, 0));
  const radius = Math.hypot(size.width, size.height) * 0.6;
  return `<defs>
<radialGradient id="backdrop" gradientUnits="userSpaceOnUse" cx="${pixel(centre.x)}" cy="${pixel(centre.y)}" r="${pixel(radius)}">
<stop offset="0" stop-color="#a9bcc4"/><stop offset=".55" stop-color="#80979f"/><stop offset="1" stop-color="#566b74"/>
</radialGradient>
<linearGradient id="plate"><stop offset="0" stop-color="#f2f3f3"/><stop offset="1" stop-color="#c3c8cb"/></linearGradient>
<linearGradient id="edge"><stop offset="0" stop-color="#b9bfc3"/><stop offset=".3" stop-color="#dfe3e5"/><stop offset="1" stop-color="#6d757b"/></linearGradient>
<filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="${pixel(camera.pixelsPerCm * 0.28)}"/></filter>
<radialGradient id="table-shadow">
<stop offset=".78" stop-color="#16232a" stop-opacity=".62"/><stop offset=".9" stop-color="#16232a" stop-opacity=".22"/><stop offset="1" stop-color="#16232a" stop-opacity="0"/>
</radialGradient>
</defs>
<rect width="100%" height="100%" fill="url(#backdrop)"/>`;
}

function plate(camera: SceneCamera, angle: number): string {
  const top = circle(PLATE.radius, 0);
  const bottom = circle(PLATE.radius, -PLATE.thickness);
  const tableShadow = circle(PLATE.radius * 1.22, -PLATE.thickness).map((point) =>
    add(point, vector(0.7, 0, -0.2)),
  );
  const radians = toRadians(-angle);
  const marks = plateMarks().map(({ points, width, isZero }) => {
    const turned = points.map((point) => rotateAround(point, AXIS, radians));
    const pen = `stroke="${isZero ? "#c8452f" : "#6b747a"}" stroke-width="${pixel(width * camera.pixelsPerCm)}"`;
    return `<path ${pen} d="${openPath(turned, camera)}"/>`;
  });
  return `<path fill="url(#table-shadow)" d="${closedPath(tableShadow, camera)}"/>
<path fill="url(#edge)" d="${closedPath(bottom, camera)}"/>
<path fill="url(#edge)" d="${plateEdge(camera)}"/>
<path fill="url(#plate)" stroke="#fbfbfb" stroke-width="${pixel(camera.pixelsPerCm * 0.06)}" d="${closedPath(top, camera)}"/>
<g fill="none" stroke-linecap="round" stroke-linejoin="round">${marks.join("\n")}</g>`;
}

/** The band between the plate's upper and lower rim, where it is widest. */
function plateEdge(camera: SceneCamera): string {
  const { radius, thickness } = PLATE;
  const corners = [
    vector(-radius, 0, 0),
    vector(-radius, -thickness, 0),
    vector(radius, -thickness, 0),
    vector(radius, 0, 0),
  ];
  return closedPath(corners, camera);
}

/** The shadow of everything on the plate, as one shape with soft edges. */
function castShadow(facets: readonly Facet[], camera: SceneCamera): string {
  const shapes = facets
    .map(({ corners }) => corners.map(shadowOnPlate))
    .filter((corners) => corners.some(({ x, z }) => Math.hypot(x, z) < PLATE.radius + 1))
    .map((corners) => closedPath(isClockwise(corners) ? corners.toReversed() : corners, camera));
  const clip = closedPath(circle(PLATE.radius, 0), camera);
  return `<clipPath id="on-plate"><path d="${clip}"/></clipPath>
<g clip-path="url(#on-plate)"><path fill="#26323a" fill-opacity=".42" filter="url(#soft)" d="${shapes.join("")}"/></g>`;
}

function shadowOnPlate(point: Vector3): Vector3 {
  const distance = point.y / TOWARDS_LAMP.y;
  return vector(point.x - TOWARDS_LAMP.x * distance, 0, point.z - TOWARDS_LAMP.z * distance);
}

/** Shapes that overlap add up only if all turn the same way. */
function isClockwise(points: readonly Vector3[]): boolean {
  let area = 0;
  points.forEach((point, index) => {
    const next = points[(index + 1) % points.length] ?? point;
    area += point.x * next.z - next.x * point.z;
  });
  return area > 0;
}

function circle(radius: number, height: number): readonly Vector3[] {
  return Array.from({ length: 120 }, (_, side) => {
    const turn = (2 * Math.PI * side) / 120;
    return vector(radius * Math.sin(turn), height, radius * Math.cos(turn));
  });
}

function closedPath(points: readonly Vector3[], camera: SceneCamera): string {
  return `${openPath(points, camera)}Z`;
}

function facetPath(facet: Facet, camera: SceneCamera): string {
  const points = facet.corners.map((corner) => camera.project(corner));
  const middle = {
    x: points.reduce((sum, point) => sum + point.x, 0) / points.length,
    y: points.reduce((sum, point) => sum + point.y, 0) / points.length,
  };
  const places = points.map(({ x, y }) => {
    const distance = Math.hypot(x - middle.x, y - middle.y);
    const larger = distance === 0 ? 1 : 1 + OVERLAP / distance;
    return `${pixel(middle.x + (x - middle.x) * larger)} ${pixel(middle.y + (y - middle.y) * larger)}`;
  });
  return `M${places.join("L")}Z`;
}

function openPath(points: readonly Vector3[], camera: SceneCamera): string {
  const places = points.map((point) => {
    const { x, y } = camera.project(point);
    return `${pixel(x)} ${pixel(y)}`;
  });
  return `M${places.join("L")}`;
}

function pixel(value: number): string {
  return String(Math.round(value * 10) / 10);
}
