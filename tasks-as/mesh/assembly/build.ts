/** `run`: light, then the quads of opaque and of clear cells, face by face and slice by slice. */
import { okBytes } from "../../lib/abi";
import { arenaReserve, arenaTake } from "../../lib/arena";
import { findFaces, maskAt, MASKS_SIZE } from "./faces";
import { mergeSlice } from "./greedy";
import { keysOfSlice } from "./keys";
import { CHUNK_SIZE, COUNTS_SIZE, FACES, QUAD_SIZE } from "./layout";
import { LIGHT_BYTES, lightOf, writeLight } from "./light";
import { Volume, VOLUME_BYTES, volumeOf } from "./volume";

const KEYS_SIZE: usize = 32 * 32 * 4;

export function buildMesh(input: usize, materials: usize, count: u32, merge: u32): usize {
  arenaReserve(VOLUME_BYTES + LIGHT_BYTES + 2 * MASKS_SIZE + KEYS_SIZE + 4096);
  const volume = volumeOf(input, materials, count);
  const light = lightOf(input, volume);
  const masks = arenaTake(MASKS_SIZE, 16);
  const clearMasks = arenaTake(MASKS_SIZE, 16);
  const keys = arenaTake(KEYS_SIZE, 16);
  let faces = findFaces(volume, masks, false);
  if (volume.isAnyClear) faces += findFaces(volume, clearMasks, true);
  const most = COUNTS_SIZE + QUAD_SIZE * <usize>faces + CHUNK_SIZE;
  arenaReserve(most + 4096);
  const output = arenaTake(most, 16);
  memory.fill(output, 0, COUNTS_SIZE);
  let target = mergeAll(volume, light, masks, keys, merge, output, output + COUNTS_SIZE);
  if (volume.isAnyClear) target = mergeAll(volume, light, clearMasks, keys, merge, output + COUNTS_SIZE / 2, target);
  writeLight(light, target);
  return okBytes(output, target + CHUNK_SIZE - output);
}

/** All slices of the six faces; the numbers of quads go to `counts`. */
function mergeAll(volume: Volume, light: usize, masks: usize, keys: usize, merge: u32, counts: usize, target: usize): usize {
  for (let face: u32 = 0; face < FACES; face++) {
    const start = target;
    for (let slice: u32 = 0; slice < 32; slice++) {
      const rows = maskAt(masks, face, slice, 0);
      if (!isAny(rows)) continue;
      keysOfSlice(volume, light, masks, face, slice, keys);
      target = mergeSlice(rows, keys, face, slice, merge, target);
    }
    store<u32>(counts + (face << 2), <u32>((target - start) / QUAD_SIZE));
  }
  return target;
}

function isAny(rows: usize): bool {
  let any = v128.load(rows);
  for (let at: usize = 16; at < 128; at += 16) any = v128.or(any, v128.load(rows + at));
  return v128.any_true(any);
}
