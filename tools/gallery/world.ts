// A piece of a world made by tasks: chunks from `terrain`, then light and quads from `mesh` until the light has settled.
import { mesh, type MeshMaterial, type MeshOutput } from "../../tasks-as/mesh/codec.ts";
import { terrain, type TerrainWorld } from "../../tasks-as/terrain/codec.ts";
import type { Studio } from "./picture.ts";

/** Chunks from one corner, inclusive, to the other, exclusive. */
export interface Region {
  readonly from: readonly [x: number, y: number, z: number];
  readonly to: readonly [x: number, y: number, z: number];
}

/** A chunk of the piece. */
export interface MeshedChunk {
  readonly place: readonly [x: number, y: number, z: number];
  readonly output: MeshOutput;
}

const CELLS = 32 ** 3;
const OPEN_SKY = 0xf0;
const roundsMax = 40;

/** The chunks of a region and of one layer around it, by place. */
export class WorldPiece {
  readonly #studio: Studio;
  readonly #region: Region;
  readonly #cells = new Map<string, Uint8Array>();
  readonly #light = new Map<string, Uint8Array>();
  readonly #isAlone: boolean;

  /** @param isAlone daylight comes from all around the region, not from above only */
  constructor(studio: Studio, region: Region, isAlone = false) {
    this.#studio = studio;
    this.#region = region;
    this.#isAlone = isAlone;
  }

  /** Makes the chunks, those around the region too: a mesh asks for its neighbours. */
  async make(world: TerrainWorld, seed: bigint): Promise<void> {
    const { asker, progress } = this.#studio;
    const asset = await asker.client.asset(terrain.encodeWorld(world));
    const places = placesOf(this.#region, 1);
    let done = 0;
    await Promise.all(places.map(async ([chunkX, chunkY, chunkZ]) => {
      const { output } = await asker.ask("terrain", { seed, chunkX, chunkY, chunkZ }, { assets: [asset] });
      this.#cells.set(`${[chunkX, chunkY, chunkZ]}`, output.cells);
      progress("chunks", ++done, places.length);
    }));
  }

  /** Changes cells before they are meshed: `change` gets places in the world and may answer another material. */
  carve(change: (x: number, y: number, z: number, material: number) => number): void {
    for (const [name, cells] of this.#cells) {
      const [chunkX, chunkY, chunkZ] = name.split(",").map(Number) as [number, number, number];
      const carved = cells.slice();
      for (let i = 0; i < CELLS; i++) {
        const [x, y, z] = [chunkX * 32 + i % 32, chunkY * 32 + (i >> 10), chunkZ * 32 + (i >> 5) % 32];
        carved[i] = change(x, y, z, cells[i]!);
      }
      this.#cells.set(name, carved);
    }
  }

  /**
   * Meshes every chunk of the region from the top down, under the open sky, and again whatever a neighbour's
   * light has changed, until nothing changes. The answer is what settled, and after how many rounds.
   */
  async mesh(materials: readonly MeshMaterial[]): Promise<{ chunks: MeshedChunk[]; rounds: number }> {
    const { asker, progress } = this.#studio;
    const asset = await asker.client.asset(mesh.encodeMaterials(materials));
    const meshed = new Map<string, MeshedChunk>();
    const places = placesOf(this.#region, 0);
    let due = places;
    for (let round = 1; round <= roundsMax; round++) {
      const changed = new Set<string>();
      let done = 0;
      for (const y of [...new Set(due.map((place) => place[1]))].sort((a, b) => b - a)) {
        await Promise.all(
          due.filter((place) => place[1] === y).map(async (place) => {
            const { output } = await asker.ask("mesh", this.#surroundings(place), { assets: [asset] });
            progress(`meshes, round ${round}`, ++done, due.length);
            meshed.set(`${place}`, { place, output });
            if (!isSame(this.#light.get(`${place}`), output.light)) changed.add(`${place}`);
            this.#light.set(`${place}`, output.light);
          }),
        );
      }
      due = places.filter((place) => neighboursOf(place).some((name) => changed.has(name)));
      if (due.length === 0) return { chunks: [...meshed.values()], rounds: round };
    }
    throw new Error(`Cannot mesh: light has not settled after ${roundsMax} rounds`);
  }

  #surroundings([x, y, z]: readonly [number, number, number]) {
    return mesh.surround((dx, dy, dz) => {
      const name = `${[x + dx, y + dy, z + dz]}`;
      const cells = this.#cells.get(name);
      if (cells === undefined) return undefined;
      const isOutside = this.#isAlone && !this.#light.has(name) &&
        Math.abs(dx) + Math.abs(dy) + Math.abs(dz) > 0;
      const isOpen = isOutside || y + dy >= this.#region.to[1];
      return { cells, light: isOpen ? openSky : this.#light.get(name) };
    }, { material: 0, light: 0 });
  }
}

const openSky = new Uint8Array(CELLS).fill(OPEN_SKY);

/** All places of a region and of `margin` layers around it. */
function placesOf({ from, to }: Region, margin: number): (readonly [number, number, number])[] {
  const places: (readonly [number, number, number])[] = [];
  for (let y = from[1] - margin; y < to[1] + margin; y++) {
    for (let z = from[2] - margin; z < to[2] + margin; z++) {
      for (let x = from[0] - margin; x < to[0] + margin; x++) places.push([x, y, z]);
    }
  }
  return places;
}

function neighboursOf([x, y, z]: readonly [number, number, number]): string[] {
  return [[x - 1, y, z], [x + 1, y, z], [x, y - 1, z], [x, y + 1, z], [x, y, z - 1], [x, y, z + 1]].map(
    String,
  );
}

/** Whether light is as before. A chunk that never had any stood for darkness. */
function isSame(before: Uint8Array | undefined, after: Uint8Array): boolean {
  return before === undefined
    ? after.every((level) => level === 0)
    : after.every((level, i) => level === before[i]);
}
