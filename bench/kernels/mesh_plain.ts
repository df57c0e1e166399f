// The mesh kernel's work in plain TypeScript over typed arrays: the same algorithm, light by a queue, one number at a
// time. Its quads are compared with the kernel's, so it is an oracle of the merging, too.
import type { MeshInput, MeshMaterial, MeshOutput } from "../../tasks-as/mesh/codec.ts";

const PADDED = 34;
const SIDE = 32;
const STEP = [1, PADDED, PADDED ** 2] as const; // along x, z, y
const ORIGIN = PADDED ** 2 + PADDED + 1;
/** Directions +x, −x, +y, −y, +z, −z: distance to the cell ahead, from slice to slice, along u and along v. */
const AHEAD = [STEP[0], -STEP[0], STEP[2], -STEP[2], STEP[1], -STEP[1]] as const;
const SLICE = [STEP[0], STEP[0], STEP[2], STEP[2], STEP[1], STEP[1]] as const;
const U = [STEP[1], STEP[1], STEP[0], STEP[0], STEP[0], STEP[0]] as const;
const V = [STEP[2], STEP[2], STEP[1], STEP[1], STEP[2], STEP[2]] as const;

/** Meshes chunks of one table of materials, reusing its arrays. */
export class PlainMesher {
  readonly #opaque: Uint8Array;
  readonly #loss: Uint8Array;
  readonly #emission: Uint8Array;
  readonly #isInside = new Uint8Array(PADDED ** 3);
  readonly #sky = new Uint8Array(PADDED ** 3);
  readonly #block = new Uint8Array(PADDED ** 3);
  readonly #queue = new Int32Array(1 << 18);
  readonly #keys = new Int32Array(SIDE ** 2);
  readonly #quads = new Uint32Array(2 * 6 * SIDE ** 3);

  constructor(materials: readonly MeshMaterial[]) {
    this.#opaque = Uint8Array.from(materials, ({ opaque }) => opaque ? 1 : 0);
    this.#loss = Uint8Array.from(materials, ({ opaque, dimming }) => opaque ? 255 : 1 + dimming);
    this.#emission = Uint8Array.from(materials, ({ emission }) => emission);
    for (let y = 0; y < SIDE; y++) {
      for (let z = 0; z < SIDE; z++) {
        const row = ORIGIN + y * STEP[2] + z * STEP[1];
        this.#isInside.fill(1, row, row + SIDE);
      }
    }
  }

  /** Light and quads of a chunk. */
  mesh({ cells, planes, edgeMax }: MeshInput): MeshOutput {
    this.#light(cells, planes);
    const counts = new Uint32Array(12);
    let end = 0;
    for (let group = 0; group < 12; group++) {
      const start = end;
      for (let slice = 0; slice < SIDE; slice++) {
        if (this.#fillKeys(cells, group, slice)) end = this.#merge(group % 6, slice, edgeMax, end);
      }
      counts[group] = (end - start) / 2;
    }
    const light = new Uint8Array(SIDE ** 3);
    for (let y = 0, to = 0; y < SIDE; y++) {
      for (let z = 0; z < SIDE; z++) {
        const row = ORIGIN + y * STEP[2] + z * STEP[1];
        for (let x = 0; x < SIDE; x++) light[to++] = this.#sky[row + x]! << 4 | this.#block[row + x]!;
      }
    }
    return { counts, quads: this.#quads.slice(0, end), light };
  }

  #light(cells: Uint8Array, planes: Uint8Array): void {
    this.#sky.fill(0);
    this.#block.fill(0);
    for (let a = 0; a < SIDE; a++) {
      for (let b = 0; b < SIDE; b++) {
        const byX = ORIGIN + a * STEP[2] + b * STEP[1];
        const byY = ORIGIN + a * STEP[1] + b;
        const byZ = ORIGIN + a * STEP[2] + b;
        [byX - 1, byX + SIDE, byY - STEP[2], byY + SIDE * STEP[2], byZ - STEP[1], byZ + SIDE * STEP[1]]
          .forEach((at, plane) => {
            const light = planes[plane * SIDE ** 2 + a * SIDE + b]!;
            this.#sky[at] = light >> 4;
            this.#block[at] = light & 15;
          });
      }
    }
    this.#flood(cells, this.#sky, true);
    this.#flood(cells, this.#block, false);
  }

  #flood(cells: Uint8Array, levels: Uint8Array, isSky: boolean): void {
    const queue = this.#queue;
    let end = 0;
    for (let at = 0; at < cells.length; at++) {
      if (!isSky && this.#isInside[at] === 1) levels[at] = this.#emission[cells[at]!]!;
      if (levels[at] !== 0) queue[end++] = at;
    }
    for (let next = 0; next < end; next++) {
      const at = queue[next]!;
      const level = levels[at]!;
      for (const step of AHEAD) {
        const to = at + step;
        if (this.#isInside[to] !== 1) continue;
        const loss = this.#loss[cells[to]!]!;
        const arriving = isSky && step === -STEP[2] && level === 15 && loss === 1 ? 15 : level - loss;
        if (arriving <= levels[to]!) continue;
        levels[to] = arriving;
        queue[end++] = to;
      }
    }
  }

  /** What the visible faces of a slice look like, −1 where there is none; whether there are any. */
  #fillKeys(cells: Uint8Array, group: number, slice: number): boolean {
    const face = group % 6;
    const [ahead, u, v] = [AHEAD[face]!, U[face]!, V[face]!];
    let isAny = false;
    for (let j = 0, to = 0; j < SIDE; j++) {
      for (let i = 0, at = ORIGIN + slice * SLICE[face]! + j * v; i < SIDE; i++, at += u, to++) {
        const [own, front] = [cells[at]!, cells[at + ahead]!];
        const isSeen = this.#opaque[front] === 0 &&
          (group < 6 ? this.#opaque[own] === 1 : own !== 0 && own !== front && this.#opaque[own] === 0);
        this.#keys[to] = isSeen ? this.#keyOf(cells, at, at + ahead, u, v) : -1;
        isAny ||= isSeen;
      }
    }
    return isAny;
  }

  #keyOf(cells: Uint8Array, at: number, front: number, u: number, v: number): number {
    const [low, high] = [this.#opaque[cells[front - u]!]!, this.#opaque[cells[front + u]!]!];
    const [before, behind] = [this.#opaque[cells[front - v]!]!, this.#opaque[cells[front + v]!]!];
    const corner = (side: number, other: number, step: number) =>
      side + other === 2 ? 0 : 3 - side - other - this.#opaque[cells[front + step]!]!;
    const occlusion = corner(low, before, -u - v) | corner(high, before, u - v) << 2 |
      corner(low, behind, v - u) << 4 | corner(high, behind, u + v) << 6;
    return cells[at]! | this.#sky[front]! << 12 | this.#block[front]! << 8 | occlusion << 16;
  }

  #merge(face: number, slice: number, edgeMax: number, end: number): number {
    const keys = this.#keys;
    for (let v = 0; v < SIDE; v++) {
      for (let u = 0; u < SIDE; u++) {
        const key = keys[v * SIDE + u]!;
        if (key === -1) continue;
        let width = 1;
        if (((key ^ key >> 2) & 0x330000) === 0) {
          while (u + width < SIDE && width < edgeMax && keys[v * SIDE + u + width] === key) width++;
        }
        let height = 1;
        if (((key ^ key >> 4) & 0x0f0000) === 0) {
          while (v + height < SIDE && height < edgeMax && this.#isSame((v + height) * SIDE + u, width, key)) {
            height++;
          }
        }
        for (let row = v; row < v + height; row++) keys.fill(-1, row * SIDE + u, row * SIDE + u + width);
        const place = face < 2
          ? slice | v << 5 | u << 10
          : face < 4
          ? u | slice << 5 | v << 10
          : u | v << 5 | slice << 10;
        this.#quads[end++] = place | width - 1 << 15 | height - 1 << 20 | face << 25;
        this.#quads[end++] = key;
      }
    }
    return end;
  }

  #isSame(from: number, width: number, key: number): boolean {
    for (let i = 0; i < width; i++) if (this.#keys[from + i] !== key) return false;
    return true;
  }
}
