/**
 * Caves along rows of 32 cells: halls, where a noise is large, and tunnels, around the line on which two others are both
 * zero. These noises have one octave, whose weight and scale are 1, so what is asked of a value is asked where it is
 * made, and nothing but the answers is stored. `hollowAt` (ground.ts) says the same of four cells.
 */
import { RELIEF_MAX } from "./layout";
import { Fractal, Octave } from "./noise";
import { blockAt, keepFractions } from "./noise3";
import { World } from "./world";

/** What is done with a value: it is compared with a limit, its square is kept and compared, or added to the one kept. */
const ABOVE: u32 = 0;
const SQUARE: u32 = 1;
const CIRCLE: u32 = 2;

/** Whether the world has caves at a height. */
export function hasCaves(world: World, y: i32): bool {
  return y > world.caveBottom && (world.hallThreshold < RELIEF_MAX || world.tunnelWidth != 0);
}

/** Masks of the hollows of (x … x + 31, y, z), if all of it may be hollow. `squares` has room for a row of numbers. */
export function markHollows(world: World, x: i32, y: i32, z: i32, squares: usize, target: usize): void {
  if (world.hallThreshold < RELIEF_MAX) {
    alongRow(world.hall, x, y, z, ABOVE, f32x4.splat(world.hallThreshold), squares, target);
  } else memory.fill(target, 0, 128);
  if (world.tunnelWidth == 0) return;
  const width = f32x4.splat(world.tunnelWidth * world.tunnelWidth);
  if (alongRow(world.tunnelA, x, y, z, SQUARE, width, squares, target)) {
    alongRow(world.tunnelB, x, y, z, CIRCLE, width, squares, target);
  }
}

/** Goes through the row with the noise's only octave; says whether any square was below the limit. */
@inline
function alongRow(
  fractal: Fractal,
  x: i32,
  y: i32,
  z: i32,
  purpose: u32,
  limit: v128,
  squares: usize,
  target: usize,
): bool {
  const octave = changetype<Octave>(fractal.octaves);
  if (!octave.hasRow) keepFractions(octave, x);
  const shift = octave.shift;
  const fractions = octave.row;
  const shiftedX = x + octave.offsetX;
  let near = i32x4.splat(0);
  let at: usize = 0;
  for (let lattice = shiftedX >> shift; at < 128; lattice++) {
    const row = blockAt(octave, lattice, y, z) + 16 + (<usize>(y & 3) << 2);
    const a0 = v128.load32_splat(row);
    const b0 = v128.load32_splat(row, 16);
    const c1 = v128.load32_splat(row, 32);
    const b1 = v128.load32_splat(row, 48);
    // Groups of four cells, 16 bytes each, up to the next lattice plane.
    const end = <usize>min(128, (((lattice + 1) << shift) - shiftedX) << 2);
    for (; at < end; at += 16) {
      const f = v128.load(fractions + (at << 1));
      const fade = v128.load(fractions + (at << 1), 16);
      const before = f32x4.add(a0, f32x4.mul(b0, f));
      const behind = f32x4.add(c1, f32x4.mul(b1, f));
      const value = f32x4.add(before, f32x4.mul(fade, f32x4.sub(behind, before)));
      if (purpose == ABOVE) v128.store(target + at, f32x4.gt(value, limit));
      else if (purpose == SQUARE) {
        const square = f32x4.mul(value, value);
        v128.store(squares + at, square);
        near = v128.or(near, f32x4.lt(square, limit));
      } else {
        const isIn = f32x4.lt(f32x4.add(v128.load(squares + at), f32x4.mul(value, value)), limit);
        v128.store(target + at, v128.or(v128.load(target + at), isIn));
      }
    }
  }
  return v128.any_true(near);
}
