/**
 * Chunks with their surroundings, quads and light of the mesh kernel, their bytes, and vertex buffers made of
 * them; the layout stands in README.md. Past 300 lines: why one file? It imports nothing, so that game backends
 * can bundle it.
 */

/** What a material does to light and sight. */
export interface MeshMaterial {
  /** No light goes in, and faces behind it are hidden. */
  readonly opaque: boolean;
  /** Block light it gives off, 0 … 15. */
  readonly emission: number;
  /** What light loses in it beyond the 1 of every cell, 0 … 14; of no meaning where it is opaque. */
  readonly dimming: number;
}

/** A chunk of 32 × 32 × 32 cells and what lies around it. */
export interface MeshInput {
  /**
   * Materials of 34 × 34 × 34 cells: the chunk's and one layer around it. The cell at x, y, z of the chunk,
   * −1 … 32 each, is number ((y + 1) × 34 + z + 1) × 34 + x + 1.
   */
  readonly cells: Uint8Array;
  /**
   * Light (sky × 16 + block) of the six planes of 32 × 32 cells beside the chunk: at x = −1 and 32, each by
   * y × 32 + z; at y = −1 and 32 by z × 32 + x; at z = −1 and 32 by y × 32 + x.
   */
  readonly planes: Uint8Array;
  /** The longest edge of a quad in cells: 32 for the fewest quads, 1 for one quad per face. */
  readonly edgeMax: number;
}

/** The answer. */
export interface MeshOutput {
  /** Quads of opaque and then of clear cells that look along +x, −x, +y, −y, +z, −z: twelve counts. */
  readonly counts: Uint32Array;
  /** Two numbers per quad, in the order of the counts; see {@link MeshQuad}. */
  readonly quads: Uint32Array;
  /** Light (sky × 16 + block) of the chunk's cells; the cell at x, y, z is number (y × 32 + z) × 32 + x. */
  readonly light: Uint8Array;
}

/** A rectangle of faces that look the same. */
export interface MeshQuad {
  /** First cell. */
  readonly x: number;
  /** First cell. */
  readonly y: number;
  /** First cell. */
  readonly z: number;
  /** Cells along u: z for faces along x, else x. */
  readonly width: number;
  /** Cells along v: z for faces along y, else y. */
  readonly height: number;
  /** Where it looks: +x, −x, +y, −y, +z, −z. */
  readonly face: number;
  /** Of its cells. */
  readonly material: number;
  /** Sky × 16 + block, of the cells it looks at. */
  readonly light: number;
  /** Ambient occlusion, 0 (dark) … 3, of its corners (u, v) = (0, 0), (1, 0), (0, 1), (1, 1). */
  readonly occlusion: readonly [number, number, number, number];
}

/** Buffers as a graphics card takes them. */
export interface MeshBuffers {
  /**
   * Eight bytes per vertex, four vertices per quad, counter-clockwise from outside: x, y, z (0 … 32); face +
   * 8 × occlusion; material; light; u, v (0 … 32, in cells, for a texture that repeats).
   */
  readonly vertices: Uint8Array<ArrayBuffer>;
  /** Six per quad: 0, 1, 2, 0, 2, 3 and so on. */
  readonly indices: Uint32Array<ArrayBuffer>;
  /** Indices up to here are of opaque quads, the others of clear ones. */
  readonly opaqueIndexCount: number;
}

/** A chunk as {@link mesh.surround} asks for it. */
export interface MeshChunk {
  /** 32,768 materials by (y × 32 + z) × 32 + x. */
  readonly cells: Uint8Array;
  /** 32,768 lights in the same order, where they are known. */
  readonly light?: Uint8Array | undefined;
}

const SIDE = 32;
const PADDED = 34;
const CHUNK_SIZE = SIDE ** 3;
const VOLUME = PADDED ** 3;
const PLANE_SIZE = SIDE ** 2;
const PLANES_SIZE = 6 * PLANE_SIZE;
const CELLS_OFFSET = 8;
const INPUT_SIZE = CELLS_OFFSET + VOLUME + PLANES_SIZE;
const MATERIALS_MAGIC = 0x314d3250;
const MATERIALS_OFFSET = 8;
const MATERIALS_MAX = 256;
const OPAQUE = 15;
const GROUPS = 12;
const COUNTS_SIZE = 4 * GROUPS;
const QUAD_SIZE = 8;
const VERTEX_SIZE = 8;
/** Axes along which u and v of a face run, and whether (0,0), (1,0), (1,1), (0,1) is counter-clockwise. */
const U_AXIS = [2, 2, 0, 0, 0, 0] as const;
const V_AXIS = [1, 1, 2, 2, 1, 1] as const;
const IS_TURNED = [false, true, false, true, true, false] as const;

/** The kernel's name, version and the bytes of its inputs, assets and outputs. */
export const mesh = {
  id: "mesh",
  version: "1.1.0",

  /** @throws {RangeError} when a size or the longest edge is wrong. */
  encodeInput(input: MeshInput): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(INPUT_SIZE);
    bytes[0] = integer(input.edgeMax, 1, SIDE, "edgeMax");
    bytes.set(sized(input.cells, VOLUME, "cells"), CELLS_OFFSET);
    bytes.set(sized(input.planes, PLANES_SIZE, "planes"), CELLS_OFFSET + VOLUME);
    return bytes;
  },

  /** Reads an input, without a copy. @throws {RangeError} when it is none. */
  decodeInput(bytes: Uint8Array): MeshInput {
    sized(bytes, INPUT_SIZE, "an input");
    if (bytes.subarray(1, CELLS_OFFSET).some((byte) => byte !== 0)) {
      throw new RangeError("Cannot decode: unused bytes of the input are not zero");
    }
    return {
      edgeMax: integer(bytes[0] as number, 1, SIDE, "edgeMax"),
      cells: bytes.subarray(CELLS_OFFSET, CELLS_OFFSET + VOLUME),
      planes: bytes.subarray(CELLS_OFFSET + VOLUME),
    };
  },

  /**
   * The asset: materials by number, 0 is air.
   *
   * @throws {RangeError} when there are none or more than 256, air is opaque, or a number is out of range.
   */
  encodeMaterials(materials: readonly MeshMaterial[]): Uint8Array<ArrayBuffer> {
    integer(materials.length, 1, MATERIALS_MAX, "number of materials");
    if (materials[0]?.opaque) throw new RangeError("Cannot encode: material 0 is air and cannot be opaque");
    const bytes = new Uint8Array(MATERIALS_OFFSET + materials.length);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, MATERIALS_MAGIC, true);
    view.setUint32(4, materials.length, true);
    materials.forEach(({ opaque, emission, dimming }, i) => {
      const upper = opaque ? OPAQUE : integer(dimming, 0, OPAQUE - 1, `dimming of material ${i}`);
      bytes[MATERIALS_OFFSET + i] = integer(emission, 0, 15, `emission of material ${i}`) | upper << 4;
    });
    return bytes;
  },

  /**
   * Puts a chunk and its neighbours together.
   *
   * @param chunkAt the chunk so many chunks away along x, y and z, −1 … 1 each; undefined where there is none
   * @param outside material and light where there is none, and the light of chunks that do not know theirs
   */
  surround(
    chunkAt: (dx: number, dy: number, dz: number) => MeshChunk | undefined,
    outside: { readonly material: number; readonly light: number },
    edgeMax = SIDE,
  ): MeshInput {
    const cells = new Uint8Array(VOLUME).fill(outside.material);
    const planes = new Uint8Array(PLANES_SIZE).fill(outside.light);
    for (const dy of [-1, 0, 1]) {
      for (const dz of [-1, 0, 1]) {
        for (const dx of [-1, 0, 1]) {
          const chunk = chunkAt(dx, dy, dz);
          if (chunk === undefined) continue;
          copyCells(chunk.cells, cells, dx, dy, dz);
          const away = Math.abs(dx) + Math.abs(dy) + Math.abs(dz);
          if (away === 1 && chunk.light !== undefined) copyPlane(chunk.light, planes, dx, dy, dz);
        }
      }
    }
    return { cells, planes, edgeMax };
  },

  /** @throws {RangeError} when counts and quads do not fit each other or the light is not 32,768 bytes. */
  encodeOutput(output: MeshOutput): Uint8Array<ArrayBuffer> {
    const count = output.counts.reduce((sum, one) => sum + one, 0);
    if (output.counts.length !== GROUPS || output.quads.length !== 2 * count) {
      throw new RangeError(`Cannot encode: ${output.quads.length} numbers are not ${count} quads`);
    }
    const bytes = new Uint8Array(COUNTS_SIZE + QUAD_SIZE * count + CHUNK_SIZE);
    const view = new DataView(bytes.buffer);
    output.counts.forEach((value, i) => view.setUint32(4 * i, value, true));
    output.quads.forEach((value, i) => view.setUint32(COUNTS_SIZE + 4 * i, value, true));
    bytes.set(sized(output.light, CHUNK_SIZE, "light"), COUNTS_SIZE + QUAD_SIZE * count);
    return bytes;
  },

  /** Reads an output; the light is not copied. @throws {RangeError} when the bytes are no output. */
  decodeOutput(bytes: Uint8Array): MeshOutput {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < COUNTS_SIZE) {
      throw new RangeError(`Cannot decode: ${bytes.length} bytes hold no counts`);
    }
    const counts = Uint32Array.from({ length: GROUPS }, (_, i) => view.getUint32(4 * i, true));
    const count = counts.reduce((sum, one) => sum + one, 0);
    if (bytes.length !== COUNTS_SIZE + QUAD_SIZE * count + CHUNK_SIZE) {
      throw new RangeError(`Cannot decode: ${bytes.length} bytes are not ${count} quads and the light`);
    }
    const quads = Uint32Array.from(
      { length: 2 * count },
      (_, i) => view.getUint32(COUNTS_SIZE + 4 * i, true),
    );
    return { counts, quads, light: bytes.subarray(COUNTS_SIZE + QUAD_SIZE * count) };
  },

  /** One quad of an output, taken apart. */
  quadAt(quads: Uint32Array, index: number): MeshQuad {
    const place = quads[2 * index] as number;
    const look = quads[2 * index + 1] as number;
    return {
      x: place & 31,
      y: place >>> 5 & 31,
      z: place >>> 10 & 31,
      width: (place >>> 15 & 31) + 1,
      height: (place >>> 20 & 31) + 1,
      face: place >>> 25,
      material: look & 255,
      light: look >>> 8 & 255,
      occlusion: [look >>> 16 & 3, look >>> 18 & 3, look >>> 20 & 3, look >>> 22 & 3],
    };
  },

  /** Vertices and indices of an output. Quads are cut along the diagonal whose corners are brighter. */
  buffersOf(output: MeshOutput): MeshBuffers {
    const count = output.quads.length / 2;
    const vertices = new Uint8Array(count * 4 * VERTEX_SIZE);
    const indices = new Uint32Array(count * 6);
    for (let i = 0; i < count; i++) {
      writeQuad(
        vertices,
        4 * VERTEX_SIZE * i,
        output.quads[2 * i] as number,
        output.quads[2 * i + 1] as number,
      );
      const first = 4 * i;
      indices.set([first, first + 1, first + 2, first, first + 2, first + 3], 6 * i);
    }
    const opaque = output.counts.subarray(0, GROUPS / 2).reduce((sum, one) => sum + one, 0);
    return { vertices, indices, opaqueIndexCount: 6 * opaque };
  },
} as const;

/** Corners in the order in which they go round, each as u + 2 v. */
const ROUND = [0, 1, 3, 2] as const;
const ROUND_TURNED = [0, 2, 3, 1] as const;

function writeQuad(vertices: Uint8Array, at: number, place: number, look: number): void {
  const face = place >>> 25;
  const uSize = (place >>> 15 & 31) + 1;
  const vSize = (place >>> 20 & 31) + 1;
  const uAxis = U_AXIS[face] as number;
  const vAxis = V_AXIS[face] as number;
  const outward = (face & 1) === 0 ? 1 : 0;
  const cut = (look >>> 16 & 3) + (look >>> 22 & 3) < (look >>> 18 & 3) + (look >>> 20 & 3) ? 1 : 0;
  const round = IS_TURNED[face] ? ROUND : ROUND_TURNED;
  for (let i = 0; i < 4; i++, at += VERTEX_SIZE) {
    const corner = round[i + cut & 3] as number;
    const u = (corner & 1) * uSize;
    const v = (corner >> 1) * vSize;
    vertices[at] = place & 31;
    vertices[at + 1] = place >>> 5 & 31;
    vertices[at + 2] = place >>> 10 & 31;
    vertices[at + (face >> 1)] = (vertices[at + (face >> 1)] as number) + outward;
    vertices[at + uAxis] = (vertices[at + uAxis] as number) + u;
    vertices[at + vAxis] = (vertices[at + vAxis] as number) + v;
    vertices[at + 3] = face | (look >>> 16 + 2 * corner & 3) << 3;
    vertices[at + 4] = look & 255;
    vertices[at + 5] = look >>> 8 & 255;
    vertices[at + 6] = u;
    vertices[at + 7] = v;
  }
}

/** The first cell of a neighbour that is needed, where it goes, and how many. */
function spanOf(away: number): { from: number; to: number; count: number } {
  if (away < 0) return { from: SIDE - 1, to: 0, count: 1 };
  return away > 0 ? { from: 0, to: PADDED - 1, count: 1 } : { from: 0, to: 1, count: SIDE };
}

function copyCells(from: Uint8Array, to: Uint8Array, dx: number, dy: number, dz: number): void {
  sized(from, CHUNK_SIZE, "a chunk");
  const [x, y, z] = [spanOf(dx), spanOf(dy), spanOf(dz)];
  for (let j = 0; j < y.count; j++) {
    for (let k = 0; k < z.count; k++) {
      const row = ((y.from + j) * SIDE + z.from + k) * SIDE + x.from;
      to.set(from.subarray(row, row + x.count), ((y.to + j) * PADDED + z.to + k) * PADDED + x.to);
    }
  }
}

function copyPlane(light: Uint8Array, planes: Uint8Array, dx: number, dy: number, dz: number): void {
  sized(light, CHUNK_SIZE, "light");
  const plane = dx !== 0 ? 0 : dy !== 0 ? 2 : 4;
  const isFar = dx + dy + dz > 0;
  const [step, a, b] = dx !== 0
    ? [1, SIDE ** 2, SIDE]
    : dy !== 0
    ? [SIDE ** 2, SIDE, 1]
    : [SIDE, SIDE ** 2, 1];
  const first = isFar ? 0 : (SIDE - 1) * step;
  const target = (plane + (isFar ? 1 : 0)) * PLANE_SIZE;
  for (let i = 0; i < SIDE; i++) {
    for (let k = 0; k < SIDE; k++) planes[target + i * SIDE + k] = light[first + i * a + k * b] as number;
  }
}

function sized(bytes: Uint8Array, size: number, what: string): Uint8Array {
  if (bytes.length === size) return bytes;
  throw new RangeError(`Cannot read ${what}: ${bytes.length} bytes, expected ${size}`);
}

function integer(value: number, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`Cannot encode: ${what} is ${value}, allowed is an integer from ${least} to ${most}`);
}
