/**
 * Sky and block light, levels 0 … 15. The light of a cell is the largest of what it gives off and of what its
 * six neighbours have less its loss; light from the sky at full strength falls straight down through cells
 * without dimming. A level loses at least 1 by each step but that one, which only leads down, so these
 * conditions have one solution. It is found from below: rows of 32 cells are brought up to date, sixteen
 * cells at a time, and whenever a row changed, the four rows beside it are looked at again.
 */
import { arenaTake } from "../../lib/arena";
import { CHUNK_SIZE, LIGHT_MAX, ORIGIN, PADDED, PLANE_SIZE, PLANES_OFFSET, SIDE, STEP_Y, STEP_Z, VOLUME } from "./layout";
import { Volume } from "./volume";

const ROWS: usize = 34 * 34;

/** Bytes that `lightOf` takes. */
export const LIGHT_BYTES: usize = 2 * 34 * 34 * 34 + 34 * 34 + 64;

/** Sky × 16 + block of every cell of the chunk and of the planes around it, in a padded volume. */
export function lightOf(input: usize, volume: Volume): usize {
  const sky = arenaTake(VOLUME, 16);
  const block = arenaTake(VOLUME, 16);
  const stale = arenaTake(ROWS, 16);
  memory.fill(sky, 0, VOLUME);
  memory.fill(block, 0, VOLUME);
  const isAnyBlock = placePlanes(input + PLANES_OFFSET, sky, block);
  shineDown(volume, sky);
  memory.fill(stale, 1, ROWS);
  settle(volume, sky, stale, true);
  if (isAnyBlock || volume.isAnyLit) {
    memory.fill(stale, 1, ROWS);
    settle(volume, block, stale, false);
  }
  return combined(sky, block);
}

/** Puts the light of the six planes around the chunk in its place; whether any of it is block light. */
function placePlanes(planes: usize, sky: usize, block: usize): bool {
  const last = <usize>SIDE + 1;
  let any: u32 = 0;
  for (let v: usize = 0; v < <usize>SIDE; v++) {
    for (let u: usize = 0; u < <usize>SIDE; u++) {
      const at = v << 5 | u;
      const west = (v + 1) * STEP_Y + (u + 1) * STEP_Z;
      const down = (v + 1) * STEP_Z + u + 1;
      const north = (v + 1) * STEP_Y + u + 1;
      any |= place(load<u8>(planes + at), sky, block, west);
      any |= place(load<u8>(planes + at + PLANE_SIZE), sky, block, west + last);
      any |= place(load<u8>(planes + at + 2 * PLANE_SIZE), sky, block, down);
      any |= place(load<u8>(planes + at + 3 * PLANE_SIZE), sky, block, down + last * STEP_Y);
      any |= place(load<u8>(planes + at + 4 * PLANE_SIZE), sky, block, north);
      any |= place(load<u8>(planes + at + 5 * PLANE_SIZE), sky, block, north + last * STEP_Z);
    }
  }
  return any != 0;
}

@inline
function place(light: u8, sky: usize, block: usize, at: usize): u32 {
  store<u8>(sky + at, light >> 4);
  store<u8>(block + at, light & 15);
  return light & 15;
}

/** Full light from above, straight down. */
function shineDown(volume: Volume, sky: usize): void {
  for (let y = SIDE; y >= 1; y--) {
    let at = <usize>y * STEP_Y + STEP_Z + 1;
    for (let z = 0; z < SIDE; z++, at += STEP_Z) {
      v128.store(sky + at, direct(volume, sky, at));
      v128.store(sky + at + 16, direct(volume, sky, at + 16));
    }
  }
}

/** 15 where the cell above has 15 and nothing is lost, else 0. */
@inline
function direct(volume: Volume, sky: usize, at: usize): v128 {
  const full = i8x16.splat(LIGHT_MAX);
  const falls = v128.and(
    i8x16.eq(v128.load(sky + at + STEP_Y), full),
    i8x16.eq(v128.load(volume.loss + at), i8x16.splat(1)),
  );
  return v128.and(falls, full);
}

/** Brings rows up to date until none is stale. */
function settle(volume: Volume, light: usize, stale: usize, isSky: bool): void {
  let isDown = true;
  let isAny = true;
  while (isAny) {
    isAny = false;
    for (let i = 0; i < SIDE; i++) {
      const y = <usize>(isDown ? SIDE - i : i + 1);
      for (let k = 0; k < SIDE; k++) {
        const row = y * PADDED + <usize>(isDown ? k + 1 : SIDE - k);
        if (load<u8>(stale + row) == 0) continue;
        store<u8>(stale + row, 0);
        if (!settleRow(volume, light, row * PADDED + 1, isSky)) continue;
        store<u8>(stale + row - 1, 1);
        store<u8>(stale + row + 1, 1);
        store<u8>(stale + row - PADDED, 1);
        store<u8>(stale + row + PADDED, 1);
        isAny = true;
      }
    }
    isDown = !isDown;
  }
}

/** Brings one row up to date; whether it changed. */
function settleRow(volume: Volume, light: usize, at: usize, isSky: bool): bool {
  let isChanged = false;
  while (true) {
    const first = raised(volume, light, at, isSky);
    const second = raised(volume, light, at + 16, isSky);
    const changes = v128.or(
      v128.xor(first, v128.load(light + at)),
      v128.xor(second, v128.load(light + at + 16)),
    );
    if (!v128.any_true(changes)) return isChanged;
    v128.store(light + at, first);
    v128.store(light + at + 16, second);
    isChanged = true;
  }
}

/** What sixteen cells should have, given their neighbours. */
@inline
function raised(volume: Volume, light: usize, at: usize, isSky: bool): v128 {
  const here = light + at;
  let most = i8x16.max_u(v128.load(here - 1), v128.load(here, 1));
  most = i8x16.max_u(most, i8x16.max_u(v128.load(here - STEP_Z), v128.load(here + STEP_Z)));
  most = i8x16.max_u(most, i8x16.max_u(v128.load(here - STEP_Y), v128.load(here + STEP_Y)));
  const passed = i8x16.sub_sat_u(most, v128.load(volume.loss + at));
  return i8x16.max_u(passed, isSky ? direct(volume, light, at) : v128.load(volume.emission + at));
}

/** Both lights in one byte, over the sky's. */
function combined(sky: usize, block: usize): usize {
  for (let at: usize = 0; at < VOLUME - 16; at += 16) {
    v128.store(sky + at, v128.or(i8x16.shl(v128.load(sky + at), 4), v128.load(block + at)));
  }
  return sky;
}

/** Copies the light of the chunk's own cells out. */
export function writeLight(light: usize, target: usize): void {
  let from = light + ORIGIN;
  for (let at: usize = 0; at < CHUNK_SIZE; at += 32) {
    v128.store(target + at, v128.load(from));
    v128.store(target + at, v128.load(from, 16), 16);
    from += (at & 0x3e0) == 0x3e0 ? STEP_Z * 3 : STEP_Z;
  }
}
