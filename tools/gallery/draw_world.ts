// Draws meshed chunks: the vertices as the mesh kernel's page lays them out, materials as colours, light as it fell.
import { mesh } from "../../tasks-as/mesh/codec.ts";
import type { Vector } from "../demo/vectors.ts";
import type { Corner, Raster, Shade, Shader } from "./raster.ts";
import type { MeshedChunk } from "./world.ts";

/** How a material looks. */
export interface Look {
  readonly colour: Vector;
  /** Colour of its sides, if it is another. */
  readonly side?: Vector;
  /** How much of what lies behind it covers; 1 where nothing is said. */
  readonly cover?: number;
  /** Whether it shines by itself. */
  readonly isLamp?: boolean;
}

/** What the air does to colours. */
export interface Air {
  readonly colour: Vector;
  /** Distance at which half of a colour is lost. */
  readonly halfAt: number;
  /** How bright the sky's light is, 0 … 1, and its colour. */
  readonly sky: Vector;
  /** Colour of block light. */
  readonly lamp: Vector;
}

/** Numbers that every corner carries: sky, block, occlusion, u, v. */
export const VALUE_COUNT = 5;

const VERTEX_SIZE = 8;
/** East and west, up, down, south and north, as if the sun stood in the south-east. */
const FACING = [0.86, 0.68, 1, 0.5, 0.78, 0.6] as const;
/** A level less of light is so much darker. */
const PER_LEVEL = 0.84;
const SHADOW_OF_OCCLUSION = [0.42, 0.6, 0.8, 1] as const;

/** Draws all opaque faces, then the clear ones from far to near. */
export function drawWorld(
  raster: Raster,
  chunks: readonly MeshedChunk[],
  eye: Vector,
  looks: readonly Look[],
  air: Air,
): void {
  const far = chunks.toSorted((a, b) => distanceTo(b, eye) - distanceTo(a, eye));
  for (const isClear of [false, true]) {
    for (const chunk of far) drawChunk(raster, chunk, looks, air, isClear);
  }
}

function drawChunk(
  raster: Raster,
  { place, output }: MeshedChunk,
  looks: readonly Look[],
  air: Air,
  isClear: boolean,
): void {
  const { vertices, indices, opaqueIndexCount } = mesh.buffersOf(output);
  const end = isClear ? indices.length : opaqueIndexCount;
  for (let i = isClear ? opaqueIndexCount : 0; i < end; i += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => cornerOf(vertices, indices[i + k]!, place)) as [
      Corner,
      Corner,
      Corner,
    ];
    const first = VERTEX_SIZE * indices[i]!;
    const look = looks[vertices[first + 4]!]!;
    raster.triangle(a, b, c, shaderOf(look, vertices[first + 3]! & 7, air));
  }
}

function cornerOf(vertices: Uint8Array, index: number, place: readonly number[]): Corner {
  const at = VERTEX_SIZE * index;
  const [x, y, z, face, , light, u, v] = vertices.subarray(at, at + VERTEX_SIZE) as unknown as number[];
  return {
    at: [place[0]! * 32 + x!, place[1]! * 32 + y!, place[2]! * 32 + z!],
    values: [light! >> 4, light! & 15, SHADOW_OF_OCCLUSION[face! >> 3]!, u!, v!],
  };
}

function shaderOf({ colour, side, cover = 1, isLamp = false }: Look, face: number, air: Air): Shader {
  const own = face === 2 || side === undefined ? colour : side;
  const facing = FACING[face]!;
  return (values, distance): Shade => {
    const [sky, block, occlusion, u, v] = values as unknown as [number, number, number, number, number];
    const fromSky = PER_LEVEL ** (15 - sky) * facing;
    const fromLamps = block === 0 ? 0 : PER_LEVEL ** (15 - block);
    const grain = occlusion * (0.94 + 0.12 * grainAt(Math.floor(u), Math.floor(v)));
    const clear = 2 ** -((distance / air.halfAt) ** 2);
    const shade = (k: number): number => {
      const fallen = Math.min(1.1, Math.max(0.035, fromSky * air.sky[k]! + fromLamps * air.lamp[k]!));
      const light = isLamp ? 1.05 : fallen;
      return own[k]! * light * grain * clear + air.colour[k]! * (1 - clear);
    };
    return [shade(0), shade(1), shade(2), cover];
  };
}

/** The same for all of a cell's face, 0 … 1. */
function grainAt(u: number, v: number): number {
  const bits = Math.imul(u * 73 + v * 151 + 17, 0x9e3779b1);
  return (bits ^ bits >>> 15) >>> 24 & 15 ? ((bits >>> 20) & 15) / 15 : 0.5;
}

function distanceTo({ place }: MeshedChunk, eye: Vector): number {
  return Math.hypot(...place.map((at, axis) => at * 32 + 16 - eye[axis]!));
}
