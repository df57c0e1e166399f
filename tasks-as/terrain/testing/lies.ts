/** The lies about chunks that are measured, and the tasks they are told about. */
import type { Lie, Subject } from "../../testing/detection.ts";
import { type Draw, drawBelow } from "../../testing/draws.ts";
import { terrain, type TerrainInput, type TerrainWorld } from "../codec.ts";
import { drawFrom, makeChunk, material, temperateWorld, type TerrainTask } from "./worlds.ts";

type Tell = Lie<TerrainTask>["tell"];

const CELLS = 32 ** 3;
/** A lie is gross when it spoils a third of the cells, and matters when it spoils a tenth. */
const GROSS = CELLS / 3;
const A_TENTH = CELLS / 10;
/** Ores and trees are few cells and still what players look for: so many missing ones matter. */
const VEIN_CELLS_THAT_MATTER = 400;
const TREE_CELLS_THAT_MATTER = 400;

/** What a worker would answer who takes another world or place. Told when it spoils so many cells. */
function pretend(
  least: number,
  change: (world: TerrainWorld, place: TerrainInput) => Partial<TerrainWorld & TerrainInput>,
): Tell {
  return (task, { core }) => {
    const { world, place } = task;
    const changed = { ...world, ...place, ...change(world, place) };
    const { output } = makeChunk(core, changed, changed);
    return spoiledCells(output, task.output) >= least ? output : undefined;
  };
}

function spoiledCells(a: Uint8Array, b: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

/** The output with some cells of other materials. */
function spoil(cellsOf: (draw: Draw) => readonly number[]): Tell {
  return (task, { draw }) => {
    const output = task.output.slice();
    for (const cell of cellsOf(draw)) output[cell] = otherMaterial(output[cell] as number, draw);
    return output;
  };
}

function otherMaterial(than: number, draw: Draw): number {
  const drawn = drawBelow(draw, 15);
  return drawn >= than ? drawn + 1 : drawn;
}

function oneBit(task: TerrainTask, { draw }: { readonly draw: Draw }): Uint8Array {
  const output = task.output.slice();
  const at = drawBelow(draw, output.length);
  output[at] = (output[at] as number) ^ 1 << drawBelow(draw, 8);
  return output;
}

/** A box of cells that is a tenth of the chunk. */
function tenthInOnePlace(draw: Draw): number[] {
  const [width, depth] = [drawFrom(draw, 11, 32), drawFrom(draw, 11, 32)];
  const height = Math.min(32, Math.ceil(A_TENTH / width / depth));
  const [x, y, z] = [width, height, depth].map((size) => drawBelow(draw, 33 - size)) as [
    number,
    number,
    number,
  ];
  const cells: number[] = [];
  for (let i = 0; i < width * height * depth; i++) {
    const [dx, dz, dy] = [i % width, Math.floor(i / width) % depth, Math.floor(i / width / depth)];
    cells.push((y + dy) * 1024 + (z + dz) * 32 + x + dx);
  }
  return cells;
}

const lies: readonly Lie<TerrainTask>[] = [
  {
    name: "one cell of another material",
    kind: "random element",
    weight: "fine",
    least: 0,
    tell: spoil((draw) => [drawBelow(draw, CELLS)]),
  },
  {
    name: "another place",
    kind: "stale answer",
    weight: "gross",
    least: 0.97,
    tell: pretend(GROSS, (_, place) => ({ chunkX: place.chunkX + 7 })),
  },
  {
    name: "another seed",
    kind: "stale answer",
    weight: "gross",
    least: 0.97,
    tell: pretend(GROSS, (_, place) => ({ seed: place.seed ^ 1n })),
  },
  {
    name: "all air",
    kind: "lazy answer",
    weight: "gross",
    least: 0.97,
    tell: (task) =>
      task.output.filter((cell) => cell !== 0).length >= GROSS ? new Uint8Array(CELLS) : undefined,
  },
  {
    name: "hills without the small octaves",
    kind: "lazy answer",
    weight: "matters",
    least: 0.6,
    tell: pretend(A_TENTH / 2, () => ({ heightOctaves: 2 })),
  },
  {
    name: "no caves",
    kind: "lazy answer",
    weight: "matters",
    least: 0.6,
    tell: pretend(A_TENTH / 3, () => ({ tunnelWidth: 0, hallThreshold: 2 })),
  },
  {
    name: "no ores",
    kind: "lazy answer",
    weight: "matters",
    least: 0.6,
    tell: pretend(VEIN_CELLS_THAT_MATTER, () => ({ ores: [] })),
  },
  {
    name: "no trees",
    kind: "lazy answer",
    weight: "matters",
    least: 0.5,
    tell: pretend(
      TREE_CELLS_THAT_MATTER,
      ({ biomes }) => ({ biomes: biomes.map((biome) => ({ ...biome, trees: 0 })) }),
    ),
  },
  {
    name: "all one cell to the east",
    kind: "subtle shift",
    weight: "matters",
    least: 0.6,
    tell: (task) => spoiledAtLeast(A_TENTH / 3, shifted(task.output), task.output),
  },
  { name: "one bit", kind: "last bit", weight: "fine", least: 0, tell: oneBit },
  {
    name: "one ore for another",
    kind: "suboptimal",
    weight: "fine",
    least: 0,
    tell: (task) => task.output.map((cell) => cell === material.gold ? material.coal : cell),
  },
  {
    name: "a tenth of the cells, anywhere",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.9,
    tell: spoil((draw) => Array.from({ length: A_TENTH }, () => drawBelow(draw, CELLS))),
  },
  {
    name: "a tenth of the cells, in one place",
    kind: "a tenth wrong",
    weight: "matters",
    least: 0.6,
    tell: spoil(tenthInOnePlace),
  },
];

function shifted(output: Uint8Array): Uint8Array {
  return output.map((_, i) => output[i % 32 === 0 ? i : i - 1] as number);
}

function spoiledAtLeast(least: number, lie: Uint8Array, truth: Uint8Array): Uint8Array | undefined {
  return spoiledCells(lie, truth) >= least ? lie : undefined;
}

/** The kernel and how it is measured. */
export const subject: Subject<TerrainTask> = {
  kernel: "terrain",
  version: terrain.version,
  about: "chunks of a landscape, from 96 cells below the sea to 64 above",
  honestTasks: (core, count, draw) =>
    Array.from({ length: count }, (_, i) =>
      makeChunk(core, temperateWorld, {
        seed: 7n,
        chunkX: drawFrom(draw, -500, 500),
        chunkY: i % 5 - 3,
        chunkZ: drawFrom(draw, -500, 500),
      })),
  lies,
};
