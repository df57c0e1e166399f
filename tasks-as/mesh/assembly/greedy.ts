/**
 * Greedy meshing of one slice: M. Lysenko, "Meshing in a Minecraft game" (0fps.net, 2012), over bit masks.
 * Row by row, the first face that is left grows along u as far as faces look the same, then along v. Faces
 * whose occlusion changes along a direction do not grow in it, so a quad looks exactly like its faces.
 *
 * A quad is two u32: x, y, z, length along u − 1, length along v − 1 (five bits each), face; and the key.
 */
import { QUAD_SIZE } from "./layout";

/** Merges the faces of a slice and clears its 32 masks; returns the address behind the last quad. */
export function mergeSlice(masks: usize, keys: usize, face: u32, slice: u32, merge: u32, target: usize): usize {
  for (let v: u32 = 0; v < 32; v++) {
    const mask = masks + (v << 2);
    for (let bits = load<u32>(mask); bits != 0; bits = load<u32>(mask)) {
      const u = ctz(bits);
      const row = keys + ((v << 5 | u) << 2);
      const key = load<u32>(row);
      const width = isEvenAlongU(key) ? widthOf(row, bits >> u, key, merge) : 1;
      const span = (width == 32 ? 0xffffffff : (<u32>1 << width) - 1) << u;
      store<u32>(mask, bits & ~span);
      let height: u32 = 1;
      if (isEvenAlongV(key)) {
        const most = min(<u32>32 - v, merge);
        while (height < most && isRowSame(mask + (height << 2), row + (height << 7), span, width, key)) height++;
      }
      store<u32>(target, placeOf(face, slice, u, v) | (width - 1) << 15 | (height - 1) << 20 | face << 25);
      store<u32>(target, key, 4);
      target += QUAD_SIZE;
    }
  }
  return target;
}

/** Corners (0, 0) and (1, 0) alike, and (0, 1) and (1, 1). */
@inline
function isEvenAlongU(key: u32): bool {
  return ((key ^ key >> 2) & 0x330000) == 0;
}

/** Corners (0, 0) and (0, 1) alike, and (1, 0) and (1, 1). */
@inline
function isEvenAlongV(key: u32): bool {
  return ((key ^ key >> 4) & 0x0f0000) == 0;
}

@inline
function widthOf(row: usize, bits: u32, key: u32, merge: u32): u32 {
  const most = min(<u32>ctz(~bits), merge);
  let width: u32 = 1;
  while (width < most && load<u32>(row + (width << 2)) == key) width++;
  return width;
}

/** Whether the next row goes on with the same faces; takes them if so. */
@inline
function isRowSame(mask: usize, row: usize, span: u32, width: u32, key: u32): bool {
  const bits = load<u32>(mask);
  if ((bits & span) != span) return false;
  for (let i: u32 = 0; i < width; i++) if (load<u32>(row + (i << 2)) != key) return false;
  store<u32>(mask, bits & ~span);
  return true;
}

/** The first cell of a quad, five bits each. */
function placeOf(face: u32, slice: u32, u: u32, v: u32): u32 {
  if (face < 2) return slice | v << 5 | u << 10;
  return face < 4 ? u | slice << 5 | v << 10 : u | v << 5 | slice << 10;
}
