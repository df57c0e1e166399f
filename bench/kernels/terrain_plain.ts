// The hot loop of the terrain kernel in plain TypeScript: gradient noise at every cell of a chunk, row by row.

const SIDE = 32;
const GRAD_X = Int8Array.of(1, -1, 1, -1, 1, -1, 1, -1, 0, 0, 0, 0, 1, 0, -1, 0);
const GRAD_Y = Int8Array.of(1, 1, -1, -1, 0, 0, 0, 0, 1, -1, 1, -1, 1, -1, 1, -1);
const GRAD_Z = Int8Array.of(0, 0, 0, 0, 1, 1, -1, -1, 1, 1, -1, -1, 0, 1, 0, -1);

/** One octave: its seed, its period as a power of two, how far it is shifted. */
export interface PlainOctave {
  readonly seed: number;
  readonly shift: number;
  readonly offset: readonly [x: number, y: number, z: number];
}

/** The only octave of one of the world's streams; the definitions stand in tasks-as/terrain/README.md. */
export function octaveOf(seed: bigint, stream: number, shift: number): PlainOctave {
  const [low, high] = [Number(seed & 0xffffffffn), Number(seed >> 32n)];
  const own = mix(mix(low ^ mix(high ^ mix(Math.imul(stream, 0x9e3779b9) + 1))));
  const part = (x: number, y: number, z: number) => hashAt(own, x, y, z) & 0x7ffc;
  return { seed: own, shift, offset: [part(1, 0, 0), part(0, 1, 0), part(0, 0, 1)] };
}

/** Marks the cells of a chunk whose noise is above the threshold; answers how many there are. */
export function markAbove(
  octave: PlainOctave,
  x0: number,
  y0: number,
  z0: number,
  threshold: number,
  cells: Uint8Array,
): number {
  const { seed, shift, offset: [offsetX, offsetY, offsetZ] } = octave;
  const mask = (1 << shift) - 1;
  const step = 1 / (1 << shift);
  const sides = new Float64Array(4);
  let above = 0;
  for (let y = 0, at = 0; y < SIDE; y++) {
    for (let z = 0; z < SIDE; z++) {
      const shiftedY = y0 + y + offsetY;
      const shiftedZ = z0 + z + offsetZ;
      let kept = -Infinity;
      for (let x = 0; x < SIDE; x++, at++) {
        const shiftedX = x0 + x + offsetX;
        const lattice = shiftedX >> shift;
        if (lattice !== kept) {
          const [fy, fz] = [(shiftedY & mask) * step, (shiftedZ & mask) * step];
          keepRow(seed, lattice, shiftedY >> shift, shiftedZ >> shift, fy, fz, sides, 0);
          keepRow(seed, lattice + 1, shiftedY >> shift, shiftedZ >> shift, fy, fz, sides, 2);
          kept = lattice;
        }
        const f = (shiftedX & mask) * step;
        const near = sides[0]! + sides[1]! * f;
        const far = sides[2]! + sides[3]! * (f - 1);
        const isAbove = near + fade(f) * (far - near) > threshold ? 1 : 0;
        cells[at] = isAbove;
        above += isAbove;
      }
    }
  }
  return above;
}

function keepRow(
  seed: number,
  x: number,
  y: number,
  z: number,
  fy: number,
  fz: number,
  sides: Float64Array,
  at: number,
): void {
  const [v, w] = [fade(fy), fade(fz)];
  let a = 0;
  let b = 0;
  for (let corner = 0; corner < 4; corner++) {
    const j = corner & 1;
    const k = corner >> 1;
    const gradient = hashAt(seed, x, y + j, z + k) & 15;
    const weight = (j === 1 ? v : 1 - v) * (k === 1 ? w : 1 - w);
    a += weight * (GRAD_Y[gradient]! * (fy - j) + GRAD_Z[gradient]! * (fz - k));
    b += weight * GRAD_X[gradient]!;
  }
  sides[at] = a;
  sides[at + 1] = b;
}

function fade(f: number): number {
  return f * f * f * (f * (f * 6 - 15) + 10);
}

function mix(bits: number): number {
  bits = Math.imul(bits ^ bits >>> 16, 0x7feb352d);
  bits = Math.imul(bits ^ bits >>> 15, 0x846ca68b);
  return (bits ^ bits >>> 16) >>> 0;
}

function hashAt(seed: number, x: number, y: number, z: number): number {
  return mix(seed ^ Math.imul(x, 0x8da6b343) + Math.imul(y, 0xd8163841) + Math.imul(z, 0xcb1ab31f));
}
