import { assert } from "../../tests/deps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawBelow, drawOne, drawsFrom } from "../testing/draws.ts";
import { digestIn } from "../testing/child.ts";
import { campaignSizes } from "../testing/trials.ts";
import { terrain, type TerrainInput, type TerrainWorld } from "./codec.ts";
import { TerrainOracle } from "./testing/oracle.ts";
import { perlin3 } from "./testing/perlin.ts";
import {
  drawPlace,
  drawWorld,
  makeChunk,
  material,
  temperateWorld,
  type TerrainTask,
} from "./testing/worlds.ts";
import { expectedVectors, readVectors } from "./vectors/vectors.ts";

const module = await loadCore(terrain.id, terrain.version);
const core = instantiateCore(module);

/** The published permutation of the reference implementation, as the paper's author gives it. */
const PERMUTATION =
  "151 160 137 91 90 15 131 13 201 95 96 53 194 233 7 225 140 36 103 30 69 142 8 99 37 240 21 10 " +
  "23 190 6 148 247 120 234 75 0 26 197 62 94 252 219 203 117 35 11 32 57 177 33 88 237 149 56 87 174 20 125 136 " +
  "171 168 68 175 74 165 71 134 139 48 27 166 77 146 158 231 83 111 229 122 60 211 133 230 220 105 92 41 55 46 " +
  "245 40 244 102 143 54 65 25 63 161 1 216 80 73 209 76 132 187 208 89 18 169 200 196 135 130 116 188 159 86 164 " +
  "100 109 198 173 186 3 64 52 217 226 250 124 123 5 202 38 147 118 126 255 82 85 212 207 206 59 227 47 16 58 17 " +
  "182 189 28 42 223 183 170 213 119 248 152 2 44 154 163 70 221 153 101 155 167 43 172 9 129 22 39 253 19 98 108 " +
  "110 79 113 224 232 178 185 112 104 218 246 97 228 251 34 242 193 238 210 144 12 191 179 162 241 81 51 145 235 " +
  "249 14 239 107 49 192 214 31 181 199 106 157 184 84 204 176 115 121 50 45 127 4 150 254 138 236 205 93 222 114 " +
  "67 29 24 72 243 141 128 195 78 66 215 61 156 180";

Deno.test("the oracle's noise gives the value of the published reference with its permutation", () => {
  const permutation = PERMUTATION.split(" ").map(Number);
  assert.equal(new Set(permutation).size, 256);
  const p = (i: number) => permutation[i & 255] as number;
  const value = perlin3(3.14, 42, 7, (i, j, k) => p(p(p(i) + j) + k));
  assert.ok(Math.abs(value - 0.13691995878400012) < 1e-14, String(value));
});

function cellOf({ output, place }: TerrainTask, x: number, y: number, z: number): number {
  const [dx, dy, dz] = [x - place.chunkX * 32, y - place.chunkY * 32, z - place.chunkZ * 32];
  return output[(dy * 32 + dz) * 32 + dx] as number;
}

/** Compares a cell with the oracle; whether the oracle was sure. */
function compare(task: TerrainTask, oracle: TerrainOracle, cell: number): boolean {
  const x = task.place.chunkX * 32 + cell % 32;
  const y = task.place.chunkY * 32 + Math.floor(cell / 1024);
  const z = task.place.chunkZ * 32 + Math.floor(cell / 32) % 32;
  const expected = oracle.cell(x, y, z);
  if (expected.margin < 1) return false;
  assert.equal(
    task.output[cell],
    expected.material,
    `cell ${x},${y},${z} of ${JSON.stringify(task.place, String)}`,
  );
  return true;
}

Deno.test("run() makes exactly the oracle's cells in hundreds of worlds", () => {
  const draw = drawsFrom(1);
  const isLong = campaignSizes().honest > 2_000;
  let compared = 0;
  let unsure = 0;
  for (let i = 0; i < (isLong ? 20_000 : 500); i++) {
    const task = makeChunk(core, i % 2 === 0 ? temperateWorld : drawWorld(draw), drawPlace(draw));
    const oracle = new TerrainOracle(task.world, task.place.seed);
    const planted = [...task.output.keys()].filter((cell) =>
      task.world.biomes.some(({ leaves }) => leaves === task.output[cell])
    );
    for (let k = 0; k < 40; k++) {
      // Cells at the borders and in crowns more often than their share.
      const cell = k < 25
        ? drawBelow(draw, 32_768)
        : k < 35
        ? drawBelow(draw, 1024) * 32 + drawOne(draw, [0, 1, 30, 31])
        : planted[drawBelow(draw, planted.length)] ?? 0;
      compared++;
      if (!compare(task, oracle, cell)) unsure++;
    }
  }
  assert.ok(unsure < compared / 100, `${unsure} of ${compared} cells hang by a hair`);
});

Deno.test("run() makes exactly the oracle's chunk, all of it", () => {
  const task = makeChunk(core, temperateWorld, { seed: 7n, chunkX: 3, chunkY: 0, chunkZ: 3 });
  const oracle = new TerrainOracle(temperateWorld, 7n);
  let sure = 0;
  for (let cell = 0; cell < 32_768; cell++) if (compare(task, oracle, cell)) sure++;
  assert.ok(sure > 32_000, `${sure}`);
  const kinds = new Set(task.output);
  for (const kind of ["air", "stone", "soil", "wood"] as const) assert.ok(kinds.has(material[kind]), kind);
});

Deno.test("run() puts the other half of a tree into the chunk beside it", () => {
  let halves = 0;
  for (let chunkX = 0; chunkX < 40; chunkX++) {
    const chunkAt = (x: number) =>
      makeChunk(core, temperateWorld, { seed: 7n, chunkX: x, chunkY: 0, chunkZ: 3 });
    const [here, there] = [chunkAt(chunkX), chunkAt(chunkX + 1)];
    for (let y = 2; y < 31; y++) {
      for (let z = 3 * 32 + 3; z < 4 * 32 - 3; z++) {
        const edge = chunkX * 32 + 31;
        const crown = cellOf(here, edge, y, z);
        // A trunk in the last column with leaves beside it to the west has them to the east, too.
        if (crown !== material.wood || cellOf(here, edge - 1, y, z) !== material.leaves) continue;
        assert.equal(cellOf(there, edge + 1, y, z), material.leaves, `${edge + 1},${y},${z}`);
        halves++;
      }
    }
  }
  assert.ok(halves > 10, `${halves} seen`);
});

Deno.test("run() hangs a crown on the lowest trunk below its root, on a slope and across a border", () => {
  const biome = {
    ...temperateWorld.biomes[1]!,
    base: 20,
    amplitude: 60,
    ridge: 1,
    trees: 1,
    trunkMin: 1,
    trunkRange: 0,
  };
  const world = { ...temperateWorld, seaLevel: -100, biomes: [{ ...biome, peakY: 200 }] };
  const draw = drawsFrom(9);
  for (let i = 0; i < 40; i++) {
    const task = makeChunk(core, world, { seed: 5n, chunkX: drawBelow(draw, 50), chunkY: i % 3, chunkZ: i });
    const oracle = new TerrainOracle(world, 5n);
    task.output.forEach((cell, at) => {
      if (cell === material.leaves && at % 3 === 0) compare(task, oracle, at + (at >= 1024 ? -1024 : 0));
    });
    for (let seed = 0n; seed < 20n; seed++) {
      assert.deepEqual(core.check(task.input, task.assets, task.output, seed), { type: "ok" });
    }
  }
});

Deno.test("run() makes flat ground, its soil and its sea where nothing else is asked for", () => {
  const flat = {
    ...temperateWorld,
    seaLevel: 6,
    tunnelWidth: 0,
    hallThreshold: 2,
    ores: [],
    biomes: [{ ...temperateWorld.biomes[0]!, base: 9.5, amplitude: 0, overhang: 0, trees: 0, soilDepth: 2 }],
  };
  const column = (world: TerrainWorld) => {
    const { output } = makeChunk(core, world, { seed: 1n, chunkX: 5, chunkY: 0, chunkZ: -9 });
    return Array.from({ length: 32 }, (_, y) => {
      const layer = output.subarray(y * 1024, y * 1024 + 1024);
      assert.ok(layer.every((cell) => cell === layer[0]), `layer ${y} is not even`);
      return layer[0];
    });
  };
  const { stone, soil, grass, air, sand, water } = material;
  assert.deepEqual(column(flat), [...Array(7).fill(stone), sand, soil, grass, ...Array(22).fill(air)]);
  const sunk = { ...flat, seaLevel: 14 };
  assert.deepEqual(column(sunk), [
    ...Array(7).fill(stone),
    sand,
    sand,
    sand,
    ...Array(5).fill(water),
    ...Array(17).fill(air),
  ]);
});

Deno.test("run() hollows out a plausible part of the ground, and nothing when it should not", () => {
  const share = (world: TerrainWorld) => {
    const { output } = makeChunk(core, world, { seed: 3n, chunkX: 0, chunkY: -3, chunkZ: 0 });
    return output.filter((cell) => cell === 0).length / output.length;
  };
  assert.equal(share({ ...temperateWorld, tunnelWidth: 0, hallThreshold: 2 }), 0);
  assert.equal(share({ ...temperateWorld, caveBottom: 0 }), 0);
  const usual = share(temperateWorld);
  assert.ok(usual > 0.01 && usual < 0.25, String(usual));
  assert.ok(share({ ...temperateWorld, tunnelWidth: 0.2 }) > usual);
});

Deno.test("run() takes the corners of the world", () => {
  for (const chunkX of [-(2 ** 20), 2 ** 20]) {
    for (const chunkY of [-32, 0, 31]) {
      const task = makeChunk(core, temperateWorld, { seed: 2n ** 64n - 1n, chunkX, chunkY, chunkZ: -chunkX });
      const oracle = new TerrainOracle(temperateWorld, task.place.seed);
      for (let cell = 0; cell < 32_768; cell += 331) compare(task, oracle, cell);
      assert.deepEqual(core.check(task.input, task.assets, task.output, 5n), { type: "ok" });
    }
  }
});

/** The sentence with which a task is refused. */
function refusal(input: Uint8Array, assets: readonly Uint8Array[]): string {
  const result = core.run(input, assets);
  assert.ok(result.type === "err");
  const verdict = core.check(input, assets, new Uint8Array(32_768), 1n);
  assert.deepEqual(verdict, result, "check refuses what run refuses");
  return result.message;
}

Deno.test("run() refuses what is no task with a sentence", () => {
  const place: TerrainInput = { seed: 1n, chunkX: 0, chunkY: 0, chunkZ: 0 };
  const input = terrain.encodeInput(place);
  const world = terrain.encodeWorld(temperateWorld);
  const outside = input.slice();
  new DataView(outside.buffer).setInt32(12, 32, true);
  assert.match(refusal(input.subarray(1), [world]), /the input is not 24 bytes/);
  assert.match(refusal(outside, [world]), /outside the world/);
  assert.match(refusal(input, []), /expected one asset, a world/);
  assert.match(refusal(input, [world, world]), /expected one asset, a world/);
  assert.match(refusal(input, [world.subarray(0, 8)]), /expected one asset, a world/);
  assert.match(refusal(input, [world.subarray(0, 100)]), /size does not fit/);
  const changed = (at: number, byte: number) => world.map((old, i) => i === at ? byte : old);
  assert.match(refusal(input, [changed(4, 0)]), /1 to 16 biomes/);
  assert.match(refusal(input, [changed(10, 3)]), /a period of the world/);
  assert.match(refusal(input, [changed(18, 1)]), /unused bytes/);
  assert.match(refusal(input, [changed(6, 0)]), /sea level, stone or caves/);
  assert.match(refusal(input, [changed(32 + 28, 0)]), /biome 0 of the world/);
  assert.match(refusal(input, [changed(world.length - 12, 0)]), /ore 3 of the world/);
});

Deno.test("run() refuses NaN, infinite and enormous numbers wherever a world has numbers", () => {
  const input = terrain.encodeInput({ seed: 1n, chunkX: 0, chunkY: 0, chunkZ: 0 });
  const world = terrain.encodeWorld(temperateWorld);
  const floats = [20, 24, ...[0, 4, 8, 12, 16, 20, 24].map((at) => 32 + at), world.length - 4];
  for (const at of floats) {
    for (const wrong of [NaN, Infinity, -Infinity, 1e30, -1e30]) {
      const bytes = world.slice();
      new DataView(bytes.buffer).setFloat32(at, wrong, true);
      assert.match(refusal(input, [bytes]), /out of range/, `${wrong} at ${at}`);
    }
  }
});

Deno.test("the committed vectors are what the oracle and the kernel make", async () => {
  assert.deepEqual(await readVectors(), await expectedVectors(core));
});

Deno.test("run() gives the same bytes in separate processes and in both compiler tiers of V8", async () => {
  const script = new URL("testing/print_digest.ts", import.meta.url);
  const digests = await Promise.all([
    digestIn(script, ["40"], []),
    digestIn(script, ["40"], ["--liftoff-only"]),
    digestIn(script, ["40"], ["--no-liftoff", "--no-wasm-tier-up"]),
  ]);
  assert.match(digests[0] as string, /^[0-9a-f]{64}$/);
  assert.equal(new Set(digests).size, 1);
});
