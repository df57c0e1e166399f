/**
 * Light and faces the plain way, written from README.md and not from the kernel: a queue that floods from
 * every source of light, and one face after the other.
 */
import type { MeshInput, MeshMaterial } from "../codec.ts";

const SIDE = 32;
const PADDED = 34;
/** +x, −x, +y, −y, +z, −z; then the directions of u and of v. */
const NORMALS = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]] as const;
const U_OF = [[0, 0, 1], [0, 0, 1], [1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 0, 0]] as const;
const V_OF = [[0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 1, 0], [0, 1, 0]] as const;

/** Faces of opaque and of clear cells. */
export const FACE_COUNT = 12 * SIDE ** 3;

/** The number of a face among all that a chunk can have. */
export function faceIndex(isOpaque: boolean, face: number, x: number, y: number, z: number): number {
  return (((isOpaque ? 0 : 6) + face) * SIDE + y) * SIDE ** 2 + z * SIDE + x;
}

/** The volume: materials and light at x, y, z = −1 … 32. */
export class MeshOracle {
  readonly #cells: Uint8Array;
  readonly #materials: readonly MeshMaterial[];
  readonly #sky = new Uint8Array(PADDED ** 3);
  readonly #block = new Uint8Array(PADDED ** 3);

  constructor(input: MeshInput, materials: readonly MeshMaterial[]) {
    this.#cells = input.cells;
    this.#materials = materials;
    this.#placePlanes(input.planes);
    this.#flood(this.#sky, true);
    this.#flood(this.#block, false);
  }

  /** Sky × 16 + block of the chunk's cells. */
  light(): Uint8Array {
    const light = new Uint8Array(SIDE ** 3);
    for (const [x, y, z] of chunkCells()) light[(y * SIDE + z) * SIDE + x] = this.#lightAt(x, y, z);
    return light;
  }

  /**
   * What every face of the chunk looks like, by `faceIndex`; −1 where there is none to be seen. Material in
   * bits 0 … 7, light above, then two bits of occlusion for each of the corners (0,0), (1,0), (0,1), (1,1).
   */
  faces(): Int32Array {
    const faces = new Int32Array(FACE_COUNT).fill(-1);
    for (const [x, y, z] of chunkCells()) {
      const own = this.#materialAt(x, y, z);
      if (own === 0) continue;
      const isOpaque = this.#isOpaque(own);
      for (let face = 0; face < 6; face++) {
        const [nx, ny, nz] = NORMALS[face]!;
        const front = this.#materialAt(x + nx, y + ny, z + nz);
        if (this.#isOpaque(front) || (!isOpaque && front === own)) continue;
        const occlusion = this.#occlusion(face, x + nx, y + ny, z + nz);
        faces[faceIndex(isOpaque, face, x, y, z)] = own | this.#lightAt(x + nx, y + ny, z + nz) << 8 |
          occlusion.reduce((bits, corner, i) => bits | corner << 16 + 2 * i, 0);
      }
    }
    return faces;
  }

  /** Of the four corners of a face, in front of which the cell x, y, z lies. */
  #occlusion(face: number, x: number, y: number, z: number): number[] {
    const [u, v] = [U_OF[face]!, V_OF[face]!];
    const isBlocked = (du: number, dv: number) =>
      this.#isOpaque(
        this.#materialAt(x + du * u[0] + dv * v[0], y + du * u[1] + dv * v[1], z + du * u[2] + dv * v[2]),
      );
    return [[-1, -1], [1, -1], [-1, 1], [1, 1]].map(([du, dv]) => {
      const [a, b, corner] = [isBlocked(du!, 0), isBlocked(0, dv!), isBlocked(du!, dv!)];
      return a && b ? 0 : 3 - Number(a) - Number(b) - Number(corner);
    });
  }

  #flood(levels: Uint8Array, isSky: boolean): void {
    const queue: (readonly [number, number, number])[] = [];
    for (let y = -1; y <= SIDE; y++) {
      for (let z = -1; z <= SIDE; z++) {
        for (let x = -1; x <= SIDE; x++) {
          const isInside = isInChunk(x, y, z);
          if (!isSky && isInside) levels[at(x, y, z)] = this.#materials[this.#materialAt(x, y, z)]!.emission;
          if (levels[at(x, y, z)]! > 0) queue.push([x, y, z]);
        }
      }
    }
    for (const [x, y, z] of queue) {
      const level = levels[at(x, y, z)]!;
      for (const [nx, ny, nz] of NORMALS) {
        const [toX, toY, toZ] = [x + nx, y + ny, z + nz];
        if (!isInChunk(toX, toY, toZ)) continue;
        const material = this.#materials[this.#materialAt(toX, toY, toZ)]!;
        if (material.opaque) continue;
        const falls = isSky && ny === -1 && level === 15 && material.dimming === 0;
        const arriving = falls ? 15 : level - 1 - material.dimming;
        if (arriving <= levels[at(toX, toY, toZ)]!) continue;
        levels[at(toX, toY, toZ)] = arriving;
        queue.push([toX, toY, toZ]);
      }
    }
  }

  #placePlanes(planes: Uint8Array): void {
    for (let a = 0; a < SIDE; a++) {
      for (let b = 0; b < SIDE; b++) {
        const places = [[-1, a, b], [SIDE, a, b], [b, -1, a], [b, SIDE, a], [b, a, -1], [
          b,
          a,
          SIDE,
        ]] as const;
        places.forEach(([x, y, z], plane) => {
          const light = planes[plane * SIDE ** 2 + a * SIDE + b]!;
          this.#sky[at(x, y, z)] = light >> 4;
          this.#block[at(x, y, z)] = light & 15;
        });
      }
    }
  }

  #materialAt(x: number, y: number, z: number): number {
    return this.#cells[at(x, y, z)]!;
  }

  #isOpaque(material: number): boolean {
    return this.#materials[material]!.opaque;
  }

  #lightAt(x: number, y: number, z: number): number {
    return this.#sky[at(x, y, z)]! << 4 | this.#block[at(x, y, z)]!;
  }
}

function at(x: number, y: number, z: number): number {
  return ((y + 1) * PADDED + z + 1) * PADDED + x + 1;
}

function isInChunk(x: number, y: number, z: number): boolean {
  return Math.min(x, y, z) >= 0 && Math.max(x, y, z) < SIDE;
}

function* chunkCells(): Generator<readonly [number, number, number]> {
  for (let y = 0; y < SIDE; y++) {
    for (let z = 0; z < SIDE; z++) {
      for (let x = 0; x < SIDE; x++) yield [x, y, z];
    }
  }
}
