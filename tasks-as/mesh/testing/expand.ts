/** A mesh taken apart into single faces, to be compared with the oracle's. */
import { mesh, type MeshOutput } from "../codec.ts";
import { FACE_COUNT, faceIndex } from "./oracle.ts";

/** Which of x, y, z run along u and v. */
const U_AXIS = [2, 2, 0, 0, 0, 0] as const;
const V_AXIS = [1, 1, 2, 2, 1, 1] as const;

/**
 * Every face that a quad covers, as `MeshOracle.faces()` describes it; occlusion inside a quad is what lies
 * between its corners.
 *
 * @throws {Error} when two quads cover the same face, or occlusion inside a quad is not whole.
 */
export function expandFaces(output: MeshOutput): Int32Array {
  const faces = new Int32Array(FACE_COUNT).fill(-1);
  let index = 0;
  output.counts.forEach((count, group) => {
    for (let i = 0; i < count; i++, index++) {
      const { face, width, height, material, light, occlusion, ...first } = mesh.quadAt(output.quads, index);
      if (face !== group % 6) throw new Error(`quad ${index} looks elsewhere than its group`);
      for (let v = 0; v < height; v++) {
        for (let u = 0; u < width; u++) {
          const cell: [number, number, number] = [first.x, first.y, first.z];
          cell[U_AXIS[face]!] += u;
          cell[V_AXIS[face]!] += v;
          const at = faceIndex(group < 6, face, ...cell);
          if (faces[at] !== -1) throw new Error(`a face of cell ${cell} is covered twice`);
          let look = material | light << 8;
          [[0, 0], [1, 0], [0, 1], [1, 1]].forEach(([du, dv], corner) => {
            const level = between(occlusion, (u + du!) / width, (v + dv!) / height);
            if (Math.abs(level - Math.round(level)) > 1e-9) throw new Error(`quad ${index} blends occlusion`);
            look |= Math.round(level) << 16 + 2 * corner;
          });
          faces[at] = look;
        }
      }
    }
  });
  return faces;
}

function between([a, b, c, d]: readonly [number, number, number, number], u: number, v: number): number {
  return (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v;
}
