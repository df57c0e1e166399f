// A small software rasteriser: triangles in perspective, the nearest wins, four samples per pixel.
import type { Canvas } from "../demo/canvas.ts";
import { cross, dot, minus, normalized, plus, times, type Vector } from "../demo/vectors.ts";

/** From where and how wide a scene is seen. */
export interface View {
  readonly eye: Vector;
  readonly target: Vector;
  /** Vertical angle of view in radians. */
  readonly angle: number;
}

/** A corner: place, and numbers that are blended over the triangle. */
export interface Corner {
  readonly at: Vector;
  readonly values: readonly number[];
}

/** Red, green, blue, 0 … 1, and how much of what lies behind is covered, 0 … 1. */
export type Shade = readonly [red: number, green: number, blue: number, cover: number];

/** The colour of a point of a triangle from its blended numbers and its distance from the eye. */
export type Shader = (values: Float64Array, distance: number) => Shade;

/** Samples along an edge of a pixel. */
const SAMPLES = 2;
const NEAR = 0.2;
/** Lines on a face lie so much nearer than the face. */
const LINE_LIFT = 0.004;

interface Projected {
  readonly x: number;
  readonly y: number;
  /** 1 divided by the depth. */
  readonly inverse: number;
  readonly values: readonly number[];
}

/** A picture in the making. */
export class Raster {
  readonly width: number;
  readonly height: number;
  readonly #colours: Float32Array;
  readonly #depths: Float32Array;
  readonly #axes: readonly [Vector, Vector, Vector];
  readonly #eye: Vector;
  readonly #scale: number;
  readonly #blended: Float64Array;

  /**
   * @param sky the colour behind everything by the height of the ray, −1 … 1
   * @param valueCount how many numbers each corner carries
   */
  constructor(width: number, height: number, view: View, sky: (up: number) => Vector, valueCount: number) {
    this.width = width * SAMPLES;
    this.height = height * SAMPLES;
    this.#colours = new Float32Array(this.width * this.height * 3);
    this.#depths = new Float32Array(this.width * this.height);
    const forward = normalized(minus(view.target, view.eye));
    const right = normalized(cross(forward, [0, 1, 0]));
    this.#axes = [right, cross(right, forward), forward];
    this.#eye = view.eye;
    this.#scale = this.height / 2 / Math.tan(view.angle / 2);
    this.#blended = new Float64Array(valueCount);
    this.#paintSky(sky);
  }

  /** Draws a triangle; both sides are seen. */
  triangle(a: Corner, b: Corner, c: Corner, shader: Shader): void {
    const corners = clipped([a, b, c].map((corner) => this.#seen(corner)));
    for (let i = 2; i < corners.length; i++) {
      this.#fill(
        this.#project(corners[0]!),
        this.#project(corners[i - 1]!),
        this.#project(corners[i]!),
        shader,
      );
    }
  }

  /** The pixels of a line that nothing covers, as the picture will have them. */
  visibleLine(from: Vector, to: Vector): (readonly [x: number, y: number])[] {
    const ends = [from, to].map((at) => this.#seen({ at, values: [] }));
    if (ends.some(({ at }) => at[2] < NEAR)) return [];
    const [a, b] = ends.map((end) => this.#project(end)) as [Projected, Projected];
    const steps = Math.ceil(Math.max(Math.abs(b.x - a.x), Math.abs(b.y - a.y), 1));
    const pixels: (readonly [number, number])[] = [];
    for (let step = 0; step <= steps; step++) {
      const part = step / steps;
      const [x, y] = [a.x + part * (b.x - a.x), a.y + part * (b.y - a.y)].map(Math.floor) as [number, number];
      if (x < 0 || y < 0 || x >= this.width || y >= this.height) continue;
      const inverse = a.inverse + part * (b.inverse - a.inverse);
      if (inverse * (1 + LINE_LIFT) < this.#depths[y * this.width + x]!) continue;
      pixels.push([Math.floor(x / SAMPLES), Math.floor(y / SAMPLES)]);
    }
    return pixels;
  }

  /** Puts the picture into a rectangle of a canvas. */
  copyTo(canvas: Canvas, left: number, top: number): void {
    for (let y = 0; y < this.height / SAMPLES; y++) {
      for (let x = 0; x < this.width / SAMPLES; x++) {
        const sum = [0, 0, 0];
        for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
          const at = (y * SAMPLES + Math.floor(sample / SAMPLES)) * this.width + x * SAMPLES +
            sample % SAMPLES;
          for (let k = 0; k < 3; k++) sum[k]! += Math.min(1, this.#colours[3 * at + k]!);
        }
        const [red, green, blue] = sum.map((value) => Math.round(255 * value / SAMPLES ** 2));
        canvas.set(left + x, top + y, [red!, green!, blue!]);
      }
    }
  }

  #paintSky(sky: (up: number) => Vector): void {
    for (let y = 0; y < this.height; y++) {
      const v = (this.height / 2 - y - 0.5) / this.#scale;
      const [, up, forward] = this.#axes;
      const colour = sky(normalized(plus(forward, times(up, v)))[1]);
      for (let x = 0; x < this.width; x++) this.#colours.set(colour, 3 * (y * this.width + x));
    }
  }

  /** As seen from the eye: right, up, depth. */
  #seen({ at, values }: Corner): Corner {
    const away = minus(at, this.#eye);
    return { at: [dot(away, this.#axes[0]), dot(away, this.#axes[1]), dot(away, this.#axes[2])], values };
  }

  #project({ at: [x, y, depth], values }: Corner): Projected {
    const inverse = 1 / depth;
    return {
      x: this.width / 2 + x * inverse * this.#scale,
      y: this.height / 2 - y * inverse * this.#scale,
      inverse,
      values: values.map((value) => value * inverse),
    };
  }

  #fill(a: Projected, b: Projected, c: Projected, shader: Shader): void {
    const area = (b.x - a.x) * (c.y - a.y) - (c.x - a.x) * (b.y - a.y);
    if (area === 0) return;
    const left = Math.max(0, Math.floor(Math.min(a.x, b.x, c.x)));
    const right = Math.min(this.width - 1, Math.ceil(Math.max(a.x, b.x, c.x)));
    const top = Math.max(0, Math.floor(Math.min(a.y, b.y, c.y)));
    const bottom = Math.min(this.height - 1, Math.ceil(Math.max(a.y, b.y, c.y)));
    for (let row = top; row <= bottom; row++) {
      const y = row + 0.5;
      for (let column = left; column <= right; column++) {
        const x = column + 0.5;
        const partC = ((b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y)) / area;
        const partB = ((x - a.x) * (c.y - a.y) - (c.x - a.x) * (y - a.y)) / area;
        const partA = 1 - partB - partC;
        if (partA < 0 || partB < 0 || partC < 0) continue;
        const inverse = partA * a.inverse + partB * b.inverse + partC * c.inverse;
        const at = row * this.width + column;
        if (inverse <= this.#depths[at]!) continue;
        const blended = this.#blended;
        for (let k = 0; k < blended.length; k++) {
          blended[k] = (partA * a.values[k]! + partB * b.values[k]! + partC * c.values[k]!) / inverse;
        }
        this.#paint(at, inverse, shader(blended, 1 / inverse));
      }
    }
  }

  #paint(at: number, inverse: number, [red, green, blue, cover]: Shade): void {
    if (cover === 0) return;
    this.#depths[at] = inverse;
    const colours = this.#colours;
    colours[3 * at] = colours[3 * at]! * (1 - cover) + red * cover;
    colours[3 * at + 1] = colours[3 * at + 1]! * (1 - cover) + green * cover;
    colours[3 * at + 2] = colours[3 * at + 2]! * (1 - cover) + blue * cover;
  }
}

/** The part of a polygon that lies in front of the eye. */
function clipped(corners: readonly Corner[]): Corner[] {
  return corners.flatMap((corner, i) => {
    const next = corners[(i + 1) % corners.length]!;
    const [here, there] = [corner.at[2] - NEAR, next.at[2] - NEAR];
    const kept = here >= 0 ? [corner] : [];
    if (here >= 0 === there >= 0) return kept;
    const part = here / (here - there);
    const between = (from: readonly number[], to: readonly number[]) =>
      from.map((value, k) => value + part * (to[k]! - value));
    const at = between(corner.at, next.at) as unknown as Vector;
    return [...kept, { at, values: between(corner.values, next.values) }];
  });
}
