/**
 * Gradient noise in double precision, written from K. Perlin, "Improving noise" (SIGGRAPH 2002), one point at
 * a time. Which gradient belongs to a lattice point is asked of the caller.
 */

/** The number of the gradient at a lattice point; its lowest four bits (in two dimensions three) count. */
export type GradientAt = (i: number, j: number, k: number) => number;

const GRADIENTS_3D: readonly (readonly [number, number, number])[] = [
  [1, 1, 0],
  [-1, 1, 0],
  [1, -1, 0],
  [-1, -1, 0],
  [1, 0, 1],
  [-1, 0, 1],
  [1, 0, -1],
  [-1, 0, -1],
  [0, 1, 1],
  [0, -1, 1],
  [0, 1, -1],
  [0, -1, -1],
  [1, 1, 0],
  [0, -1, 1],
  [-1, 1, 0],
  [0, -1, -1],
];
const GRADIENTS_2D: readonly (readonly [number, number])[] = [
  [1, 2],
  [-1, 2],
  [1, -2],
  [-1, -2],
  [2, 1],
  [-2, 1],
  [2, -1],
  [-2, -1],
];

/** Noise in three dimensions, within ±1.04. */
export function perlin3(x: number, y: number, z: number, gradientAt: GradientAt): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const [u, v, w] = [fade(x - i), fade(y - j), fade(z - k)];
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const [a, b, c] = [corner & 1, corner >> 1 & 1, corner >> 2];
    const [gx, gy, gz] = GRADIENTS_3D[gradientAt(i + a, j + b, k + c) & 15]!;
    const dot = gx * (x - i - a) + gy * (y - j - b) + gz * (z - k - c);
    sum += dot * (a === 1 ? u : 1 - u) * (b === 1 ? v : 1 - v) * (c === 1 ? w : 1 - w);
  }
  return sum;
}

/** Noise in two dimensions, within ±1. */
export function perlin2(x: number, z: number, gradientAt: GradientAt): number {
  const [i, k] = [Math.floor(x), Math.floor(z)];
  const [u, w] = [fade(x - i), fade(z - k)];
  let sum = 0;
  for (let corner = 0; corner < 4; corner++) {
    const [a, c] = [corner & 1, corner >> 1];
    const [gx, gz] = GRADIENTS_2D[gradientAt(i + a, 0, k + c) & 7]!;
    sum += (gx * (x - i - a) + gz * (z - k - c)) * (a === 1 ? u : 1 - u) * (c === 1 ? w : 1 - w);
  }
  return sum * Math.sqrt(2 / 5);
}

function fade(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10);
}
