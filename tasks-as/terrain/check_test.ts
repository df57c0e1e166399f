import { assert } from "../../tests/deps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawsFrom } from "../testing/draws.ts";
import { campaignSizes, honestTrial, lieTrial } from "../testing/trials.ts";
import { subject } from "./testing/lies.ts";
import { drawPlace, drawWorld, makeChunk, material, temperateWorld } from "./testing/worlds.ts";
import { terrain } from "./codec.ts";

const core = instantiateCore(await loadCore(terrain.id, terrain.version));

Deno.test("check() catches each kind of lie as often as promised", () => {
  lieTrial(subject, core, subject.honestTasks(core, 60, drawsFrom(31)), 120, 34);
});

Deno.test("check() never refuses an honest chunk", () => {
  const draw = drawsFrom(32);
  let made = 0;
  const next = () => makeChunk(core, made++ % 2 === 0 ? temperateWorld : drawWorld(draw), drawPlace(draw));
  honestTrial(core, next, campaignSizes().honest, 35);
});

Deno.test("check() looks at every cell under some seed", () => {
  const { input, assets, output } = makeChunk(core, temperateWorld, {
    seed: 7n,
    chunkX: 3,
    chunkY: 0,
    chunkZ: 3,
  });
  const spoiled = output.slice();
  spoiled[4 * 1024 + 5 * 32 + 6] = 200;
  let refused = 0;
  for (let seed = 0n; seed < 4_000n; seed++) {
    const verdict = core.check(input, assets, spoiled, seed);
    if (verdict.type === "ok") continue;
    refused++;
    assert.equal(verdict.message, "Cannot accept the output: cell 6,4,5 is of another material");
  }
  assert.ok(refused >= 1 && refused <= 30, `${refused} of 4,000 seeds, expected about 7`);
});

Deno.test("check() judges a chunk above everything cell by cell", () => {
  const { input, assets, output } = makeChunk(core, temperateWorld, {
    seed: 7n,
    chunkX: 3,
    chunkY: 20,
    chunkZ: 3,
  });
  assert.ok(output.every((cell) => cell === 0));
  for (const cell of [0, 17, 1024, 32_767]) {
    const spoiled = output.map((air, i) => i === cell ? 1 : air);
    const verdict = core.check(input, assets, spoiled, 1n);
    const place = `${cell % 32},${Math.floor(cell / 1024)},${Math.floor(cell / 32) % 32}`;
    assert.deepEqual(verdict, {
      type: "err",
      message: `Cannot accept the output: cell ${place} is of another material`,
    });
  }
});

Deno.test("check() misses trees and veins", () => {
  const { input, assets, output } = makeChunk(core, temperateWorld, {
    seed: 7n,
    chunkX: 3,
    chunkY: 0,
    chunkZ: 3,
  });
  const said = (change: (cell: number) => number) => {
    const messages = new Set<string>();
    for (let seed = 0n; seed < 400n; seed++) {
      const verdict = core.check(input, assets, output.map(change), seed);
      if (verdict.type === "err") messages.add(verdict.message.replace(/\d+,\d+,\d+/, "…"));
    }
    return messages;
  };
  const felled = said((cell) => cell === material.wood ? material.air : cell);
  assert.ok(felled.has("Cannot accept the output: cell … should be wood"), [...felled].join());
  const mined = said((cell) => cell === material.coal ? material.stone : cell);
  assert.ok(mined.has("Cannot accept the output: cell … should be ore"), [...mined].join());
});

Deno.test("check() refuses bytes that are no chunk", () => {
  const { input, assets, output } = makeChunk(core, temperateWorld, {
    seed: 7n,
    chunkX: 3,
    chunkY: 0,
    chunkZ: 3,
  });
  for (const bytes of [new Uint8Array(0), output.subarray(1), Uint8Array.from([...output, 0])]) {
    assert.deepEqual(core.check(input, assets, bytes, 1n), {
      type: "err",
      message: "Cannot accept the output: it is not 32,768 cells",
    });
  }
});
