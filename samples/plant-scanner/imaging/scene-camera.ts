import { dot, subtract, toRadians, vector, type Vector3 } from "./vector";

/** A point of the picture, in pixels from its upper left corner. */
export interface PicturePoint {
  readonly x: number;
  readonly y: number;
}

/** Looks at the turntable from the front, a little from above. */
export interface SceneCamera {
  readonly eye: Vector3;
  /** Pixels of a centimetre at the turntable's axis. */
  readonly pixelsPerCm: number;
  project(point: Vector3): PicturePoint;
  /** How far from the camera a point lies, in centimetres; greater is farther. */
  depthOf(point: Vector3): number;
}

/** What must be seen, whatever the picture's proportions: this much around the target. Centimetres. */
const VIEW = { target: vector(0, 14.2, 0), halfWidth: 12.6, halfHeight: 21 };
const DISTANCE_CM = 95;
const LOOKING_DOWN = toRadians(21);

/** @param size - The picture's width and height in pixels. */
export function sceneCamera(size: { readonly width: number; readonly height: number }): SceneCamera {
  const forward = vector(0, -Math.sin(LOOKING_DOWN), -Math.cos(LOOKING_DOWN));
  const up = vector(0, Math.cos(LOOKING_DOWN), -Math.sin(LOOKING_DOWN));
  const eye = subtract(VIEW.target, { x: 0, y: forward.y * DISTANCE_CM, z: forward.z * DISTANCE_CM });
  const pixelsPerCm = Math.min(size.width / 2 / VIEW.halfWidth, size.height / 2 / VIEW.halfHeight);
  const focalLength = pixelsPerCm * DISTANCE_CM;

  return {
    eye,
    pixelsPerCm,
    depthOf: (point) => dot(subtract(point, eye), forward),
    project: (point) => {
      const seen = subtract(point, eye);
      const magnification = focalLength / dot(seen, forward);
      return {
        x: size.width / 2 + seen.x * magnification,
        y: size.height / 2 - dot(seen, up) * magnification,
      };
    },
  };
}
