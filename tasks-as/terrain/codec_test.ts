import { assert, fc } from "../../tests/deps.ts";
import { drawsFrom } from "../testing/draws.ts";
import { terrain, type TerrainBiome, type TerrainWorld } from "./codec.ts";
import { drawWorld, temperateWorld } from "./testing/worlds.ts";

const place = fc.record({
  seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  chunkX: fc.integer({ min: -(2 ** 20), max: 2 ** 20 }),
  chunkY: fc.integer({ min: -32, max: 31 }),
  chunkZ: fc.integer({ min: -(2 ** 20), max: 2 ** 20 }),
}, { noNullPrototype: true });

/** The same bytes at an odd offset of a larger buffer, as they lie in a received frame. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 3);
  buffer.set(bytes, 3);
  return buffer.subarray(3);
}

Deno.test("terrain.decodeInput() gives back what encodeInput() wrote", () => {
  fc.assert(fc.property(place, (value) => {
    assert.deepEqual(terrain.decodeInput(unaligned(terrain.encodeInput(value))), value);
  }));
});

Deno.test("terrain.encodeInput() writes the bytes of the README", () => {
  const bytes = terrain.encodeInput({ seed: 0x0102n, chunkX: -1, chunkY: 2, chunkZ: 3 });
  const chunk = [255, 255, 255, 255, 2, 0, 0, 0, 3, 0, 0, 0];
  assert.deepEqual([...bytes], [2, 1, 0, 0, 0, 0, 0, 0, ...chunk, 0, 0, 0, 0]);
});

Deno.test("terrain.encodeWorld() writes the bytes of the README", () => {
  const biome: TerrainBiome = {
    temperature: 1,
    moisture: -1,
    base: 2,
    amplitude: 0.5,
    ridge: 0,
    overhang: 4,
    trees: 0.25,
    top: 1,
    filler: 2,
    bed: 3,
    peak: 4,
    peakY: 258,
    soilDepth: 3,
    treeKind: "cone",
    wood: 5,
    leaves: 6,
    trunkMin: 7,
    trunkRange: 8,
  };
  const world: TerrainWorld = {
    ...temperateWorld,
    stone: 9,
    water: 10,
    seaLevel: -2,
    tunnelWidth: 0.5,
    hallThreshold: 2,
    caveBottom: -256,
    biomes: [biome],
    ores: [{ material: 11, radius: 2, yMin: -1, yMax: 1, chance: 1 }],
  };
  const header = [0x50, 0x32, 0x57, 0x31, 1, 1, 9, 10, 0xfe, 0xff, 8, 6, 9, 3, 5, 2, 5, 6, 0, 0];
  const caves = [0, 0, 0, 0x3f, 0, 0, 0, 0x40, 0, 0xff, 0, 0];
  const floats = [1, -1, 2, 0.5, 0, 4, 0.25].flatMap((
    value,
  ) => [...new Uint8Array(Float32Array.of(value).buffer)]);
  const ore = [11, 2, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0x80, 0x3f];
  const bytes = [...header, ...caves, ...floats, 1, 2, 3, 4, 2, 1, 3, 2, 5, 6, 7, 8, ...ore];
  assert.deepEqual([...terrain.encodeWorld(world)], bytes);
});

Deno.test("terrain.encodeWorld() takes any world in range and no number out of it", () => {
  const draw = drawsFrom(1);
  for (let i = 0; i < 200; i++) terrain.encodeWorld(drawWorld(draw));
  const refuses = (change: Partial<TerrainWorld>) =>
    assert.throws(() => terrain.encodeWorld({ ...temperateWorld, ...change }), RangeError);
  const refusesBiome = (change: Partial<TerrainBiome>) =>
    refuses({ biomes: [{ ...temperateWorld.biomes[0]!, ...change }] });
  for (const wrong of [NaN, Infinity, -Infinity, 300, -300]) {
    for (
      const key of ["temperature", "moisture", "base", "amplitude", "ridge", "overhang", "trees"] as const
    ) {
      refusesBiome({ [key]: wrong });
    }
    for (const key of ["top", "filler", "bed", "peak", "soilDepth", "wood", "leaves", "trunkMin"] as const) {
      refusesBiome({ [key]: wrong });
    }
    refuses({ tunnelWidth: wrong });
    refuses({ hallThreshold: wrong });
    refuses({ heightPeriod: wrong });
    refuses({ stone: wrong });
  }
  refusesBiome({ top: 0 });
  refusesBiome({ wood: 0 });
  refusesBiome({ trunkMin: 15, trunkRange: 6 });
  refuses({ heightPeriod: 16, heightOctaves: 4 });
  refuses({ biomes: [] });
  refuses({ biomes: Array(17).fill(temperateWorld.biomes[0]) });
  refuses({ ores: Array(17).fill(temperateWorld.ores[0]) });
  terrain.encodeWorld({ ...temperateWorld, heightPeriod: 16, heightOctaves: 3 });
});

Deno.test("terrain.encodeInput() and both ways of the output refuse what does not fit", () => {
  const here = { seed: 0n, chunkX: 0, chunkY: 0, chunkZ: 0 };
  for (const wrong of [NaN, 0.5, 2 ** 20 + 1]) {
    assert.throws(() => terrain.encodeInput({ ...here, chunkX: wrong }), RangeError);
  }
  assert.throws(() => terrain.encodeInput({ ...here, chunkY: 32 }), RangeError);
  assert.throws(() => terrain.encodeInput({ ...here, seed: -1n }), RangeError);
  assert.throws(() => terrain.encodeInput({ ...here, seed: 2n ** 64n }), RangeError);
  assert.throws(() => terrain.decodeOutput(new Uint8Array(32_767)), RangeError);
  assert.throws(() => terrain.encodeOutput({ cells: new Uint8Array(1) }), RangeError);
  assert.throws(() => terrain.decodeInput(new Uint8Array(23)), RangeError);
  const cells = new Uint8Array(32_768).map((_, i) => i);
  assert.deepEqual(terrain.decodeOutput(terrain.encodeOutput({ cells })).cells, cells);
});
