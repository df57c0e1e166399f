/**
 * The eight directions clockwise from east, y downwards: E, SE, S, SW, W, NW, N, NE. Odd ones are diagonal.
 */

export const EAST: u32 = 0;
export const SOUTH: u32 = 2;
export const WEST: u32 = 4;
export const NORTH: u32 = 6;

/** x and y of a step in two bits each, direction 0 lowest: 0, 1, 2 stand for −1, 0, 1. */
const STEP_X: u32 = 0b10_01_00_00_00_01_10_10;
const STEP_Y: u32 = 0b00_00_00_01_10_10_10_01;

@inline
export function stepX(direction: u32): i32 {
  return <i32>((STEP_X >> (direction << 1)) & 3) - 1;
}

@inline
export function stepY(direction: u32): i32 {
  return <i32>((STEP_Y >> (direction << 1)) & 3) - 1;
}

/** The direction of a step; (0, 0) is not a step. */
export function directionOf(dx: i32, dy: i32): u32 {
  if (dy == 0) return dx > 0 ? EAST : WEST;
  if (dx == 0) return dy > 0 ? SOUTH : NORTH;
  if (dy > 0) return dx > 0 ? 1 : 3;
  return dx > 0 ? 7 : 5;
}

@inline
export function isDiagonal(direction: u32): bool {
  return (direction & 1) != 0;
}
