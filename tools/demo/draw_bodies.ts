// Draws rigid spheres, capsules and boxes as a person expects them: perspective, a lamp, shadows, a floor. One ray per pixel.
import type { Canvas, Colour } from "./canvas.ts";
import { cross, dot, minus, normalized, plus, times, type Vector } from "./vectors.ts";

/** A body to draw, in metres. */
export interface DrawnBody {
  readonly shape: "sphere" | "capsule" | "box";
  /** Half extents; the first is the radius of a sphere or capsule, the second half the length of a capsule's axis. */
  readonly half: Vector;
  readonly position: Vector;
  /** Unit quaternion x, y, z, w. */
  readonly orientation: readonly [x: number, y: number, z: number, w: number];
  readonly colour: Colour;
}

/** From where and how wide a scene is seen. */
export interface Camera {
  readonly eye: Vector;
  readonly target: Vector;
  /** Vertical angle of view in radians. */
  readonly angle: number;
}

interface Prepared extends DrawnBody {
  readonly radius: number;
  readonly axes: readonly [Vector, Vector, Vector];
}

interface Hit {
  readonly distance: number;
  readonly normal: Vector;
}

const lamp = normalized([0.45, 0.8, 0.35]);
const sky: Colour = [214, 224, 234];

/** Draws a scene into a rectangle of the canvas. The floor is the plane y = 0. */
export function drawBodies(
  canvas: Canvas,
  frame: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  camera: Camera,
  bodies: readonly DrawnBody[],
): void {
  const prepared = bodies.map(prepare);
  const forward = normalized(minus(camera.target, camera.eye));
  const right = normalized(cross(forward, [0, 1, 0]));
  const up = cross(right, forward);
  const scale = Math.tan(camera.angle / 2) * 2 / frame.height;
  for (let row = 0; row < frame.height; row++) {
    const v = (frame.height / 2 - row - 0.5) * scale;
    for (let column = 0; column < frame.width; column++) {
      const u = (column + 0.5 - frame.width / 2) * scale;
      const ray = normalized(plus(forward, plus(times(right, u), times(up, v))));
      canvas.set(frame.left + column, frame.top + row, look(prepared, camera.eye, ray));
    }
  }
}

function look(bodies: readonly Prepared[], eye: Vector, ray: Vector): Colour {
  let nearest = ray[1] < 0 ? -eye[1] / ray[1] : Infinity;
  let hit: Hit | null = null;
  let body: Prepared | null = null;
  for (const each of bodies) {
    const found = intersect(each, eye, ray, nearest);
    if (found === null) continue;
    nearest = found.distance;
    hit = found;
    body = each;
  }
  if (nearest > 60) return sky;
  const point = plus(eye, times(ray, nearest));
  const normal: Vector = hit?.normal ?? [0, 1, 0];
  const colour = body?.colour ?? floorColour(point);
  const start = plus(point, times(normal, 1e-3));
  const facing = Math.max(0, dot(normal, lamp));
  const light = facing > 0 && !shaded(bodies, start) ? facing : 0;
  const brightness = 0.38 + 0.14 * normal[1] + 0.5 * light;
  const haze = Math.min(1, Math.max(0, (nearest - 14) / 46));
  return [shade(colour[0], sky[0]), shade(colour[1], sky[1]), shade(colour[2], sky[2])];

  function shade(own: number, far: number): number {
    return Math.max(0, Math.min(255, Math.round(own * brightness * (1 - haze) + far * haze)));
  }
}

function shaded(bodies: readonly Prepared[], point: Vector): boolean {
  for (const body of bodies) {
    if (intersect(body, point, lamp, Infinity) !== null) return true;
  }
  return false;
}

function floorColour(point: Vector): Colour {
  const odd = (Math.floor(point[0]) + Math.floor(point[2])) & 1;
  return odd ? [176, 180, 184] : [198, 201, 204];
}

/** The nearest hit closer than `limit`; the bounding sphere first. */
function intersect(body: Prepared, from: Vector, ray: Vector, limit: number): Hit | null {
  const x = from[0] - body.position[0];
  const y = from[1] - body.position[1];
  const z = from[2] - body.position[2];
  const b = x * ray[0] + y * ray[1] + z * ray[2];
  const c = x * x + y * y + z * z - body.radius * body.radius;
  const discriminant = b * b - c;
  if (discriminant < 0) return null;
  const root = Math.sqrt(discriminant);
  if (-b + root < 0 || -b - root > limit) return null;
  if (body.shape === "box") return intersectBox(body, [x, y, z], ray, limit);
  if (body.shape === "capsule") return intersectCapsule(body, [x, y, z], ray, limit);
  const distance = -b - root;
  if (distance <= 0 || distance >= limit) return null;
  const point = plus([x, y, z], times(ray, distance));
  return { distance, normal: times(point, 1 / body.radius) };
}

/** A capsule is the balls at its ends and the tube between them. */
function intersectCapsule(body: Prepared, from: Vector, ray: Vector, limit: number): Hit | null {
  const [radius, length] = [body.half[0], body.half[1]];
  const axis = body.axes[1];
  const across = minus(ray, times(axis, dot(ray, axis)));
  const offset = minus(from, times(axis, dot(from, axis)));
  let nearest: Hit | null = null;
  const offer = (distance: number, centre: Vector) => {
    if (!(distance > 0) || distance >= Math.min(limit, nearest?.distance ?? Infinity)) return;
    const point = plus(from, times(ray, distance));
    nearest = { distance, normal: times(minus(point, centre), 1 / radius) };
  };
  const tube = firstRoot(dot(across, across), dot(offset, across), dot(offset, offset) - radius * radius);
  const along = dot(plus(from, times(ray, tube)), axis);
  if (Math.abs(along) <= length) offer(tube, times(axis, along));
  for (const end of [-length, length]) {
    const centre = times(axis, end);
    const away = minus(from, centre);
    offer(firstRoot(1, dot(away, ray), dot(away, away) - radius * radius), centre);
  }
  return nearest;
}

/** The smaller t with a t² + 2 b t + c = 0, or NaN. */
function firstRoot(a: number, b: number, c: number): number {
  return (-b - Math.sqrt(b * b - a * c)) / a;
}

function intersectBox(body: Prepared, from: Vector, ray: Vector, limit: number): Hit | null {
  let near = -Infinity;
  let far = Infinity;
  let normal: Vector = [0, 1, 0];
  for (let axis = 0; axis < 3; axis++) {
    const direction = body.axes[axis]!;
    const half = body.half[axis]!;
    const speed = dot(direction, ray);
    const offset = dot(direction, from);
    if (Math.abs(speed) < 1e-9) {
      if (Math.abs(offset) > half) return null;
      continue;
    }
    const first = (-offset - half * Math.sign(speed)) / speed;
    const last = (-offset + half * Math.sign(speed)) / speed;
    if (first > near) {
      near = first;
      normal = times(direction, -Math.sign(speed));
    }
    far = Math.min(far, last);
  }
  return near < far && near > 0 && near < limit ? { distance: near, normal } : null;
}

function prepare(body: DrawnBody): Prepared {
  const [x, y, z, w] = body.orientation;
  const axes: [Vector, Vector, Vector] = [
    [1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)],
    [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)],
    [2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)],
  ];
  const [x0, y0] = body.half;
  const radius = body.shape === "sphere" ? x0 : body.shape === "capsule" ? x0 + y0 : Math.hypot(...body.half);
  return { ...body, axes, radius };
}
