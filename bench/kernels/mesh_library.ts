// ao-mesher, the greedy mesher with ambient occlusion that browser games use, over the same padded volume.
import createAoMesh from "ao-mesher";
import ndarray from "ndarray";

const PADDED = 34;
/** ao-mesher's flag of an opaque voxel. */
const OPAQUE = 1 << 15;

/** A volume as ao-mesher takes it, axes x, y, z; opaque materials only. */
export function aoMesherVolume(cells: Uint8Array): unknown {
  const volume = ndarray(new Int32Array(PADDED ** 3), [PADDED, PADDED, PADDED]);
  for (let i = 0; i < cells.length; i++) {
    const [x, z, y] = [i % PADDED, Math.floor(i / PADDED) % PADDED, Math.floor(i / PADDED ** 2)];
    if (cells[i] !== 0) volume.set(x, y, z, cells[i]! | OPAQUE);
  }
  return volume;
}

/** Six vertices of eight bytes per quad; null without quads. */
export function aoMesh(volume: unknown): Uint8Array | null {
  return createAoMesh(volume);
}

/** How much its quads cover in each direction, +x, −x, +y, −y, +z, −z. */
export function aoMesherAreas(cells: Uint8Array): number[] {
  const areas = Array<number>(6).fill(0);
  const vertices = aoMesh(aoMesherVolume(cells)) ?? new Uint8Array(0);
  for (let quad = 0; quad < vertices.length; quad += 6 * 8) {
    const sizes = [0, 1, 2].map((axis) => {
      const places = [0, 1, 2, 3, 4, 5].map((k) => vertices[quad + 8 * k + axis]!);
      return Math.max(...places) - Math.min(...places);
    });
    const axis = sizes.indexOf(0);
    const isForward = vertices[quad + 4 + axis]! > 128;
    areas[2 * axis + (isForward ? 0 : 1)]! += sizes.reduce(
      (area, size) => size === 0 ? area : area * size,
      1,
    );
  }
  return areas;
}
