/** A point or a direction in the scene: x to the right, y up, z towards the viewer. Points are in centimetres. */
export interface Vector3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export function vector(x: number, y: number, z: number): Vector3 {
  return { x, y, z };
}

export function add(a: Vector3, b: Vector3): Vector3 {
  return { x: a.x + b.x, y: a.y + b.y, z: a.z + b.z };
}

export function subtract(a: Vector3, b: Vector3): Vector3 {
  return { x: a.x - b.x, y: a.y - b.y, z: a.z - b.z };
}

export function scale(a: Vector3, factor: number): Vector3 {
  return { x: a.x * factor, y: a.y * factor, z: a.z * factor };
}

/** `start` moved by `distance` along `direction`. */
export function along(start: Vector3, direction: Vector3, distance: number): Vector3 {
  return add(start, scale(direction, distance));
}

export function dot(a: Vector3, b: Vector3): number {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}

export function cross(a: Vector3, b: Vector3): Vector3 {
  return { x: a.y * b.z - a.z * b.y, y: a.z * b.x - a.x * b.z, z: a.x * b.y - a.y * b.x };
}

/** The direction of `a`, of length 1; a vector of no length stays as it is. */
export function normalize(a: Vector3): Vector3 {
  const length = Math.sqrt(dot(a, a));
  return length === 0 ? a : scale(a, 1 / length);
}

/** `a` turned around `axis` (of length 1) by `radians`, counter-clockwise for who sees the axis point at them. */
export function rotateAround(a: Vector3, axis: Vector3, radians: number): Vector3 {
  const cosine = Math.cos(radians);
  const turned = add(scale(a, cosine), scale(cross(axis, a), Math.sin(radians)));
  return along(turned, axis, dot(axis, a) * (1 - cosine));
}

/** The mean of `points`. */
export function centroid(points: readonly Vector3[]): Vector3 {
  let x = 0;
  let y = 0;
  let z = 0;
  for (const point of points) {
    x += point.x;
    y += point.y;
    z += point.z;
  }
  return { x: x / points.length, y: y / points.length, z: z / points.length };
}

export function toRadians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
