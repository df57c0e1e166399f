import { assert } from "../../tests/deps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawBelow, drawsFrom } from "../testing/draws.ts";
import { campaignSizes, honestTrial, lieTrial } from "../testing/trials.ts";
import { mesh, type MeshOutput } from "./codec.ts";
import {
  answerOf,
  drawMaterials,
  drawNoise,
  Landscape,
  meshChunk,
  type MeshTask,
  temperateMaterials,
} from "./testing/chunks.ts";
import { subject } from "./testing/lies.ts";
import { terrain } from "../terrain/codec.ts";

const core = instantiateCore(await loadCore(mesh.id, mesh.version));
const land = new Landscape(instantiateCore(await loadCore(terrain.id, terrain.version)), 12n);

Deno.test("check() catches each kind of lie as often as promised", () => {
  lieTrial(subject, core, subject.honestTasks(core, 60, drawsFrom(31)), 120, 34);
});

Deno.test("check() never refuses an honest mesh", () => {
  const draw = drawsFrom(32);
  let made = 0;
  const next = (): MeshTask => {
    if (made++ % 8 !== 0) {
      const chunk = land.surround(drawBelow(draw, 9), drawBelow(draw, 3) - 1, drawBelow(draw, 9));
      return meshChunk(
        core,
        { ...chunk, edgeMax: draw() < 0.5 ? 32 : 1 + drawBelow(draw, 32) },
        temperateMaterials,
      );
    }
    const materials = drawMaterials(draw, 1 + drawBelow(draw, 40));
    return meshChunk(core, drawNoise(draw, materials.length), materials);
  };
  honestTrial(core, next, campaignSizes().honest, 35);
});

/** What check says to a changed answer, over many seeds, without numbers. */
function saidTo(task: MeshTask, change: (output: MeshOutput) => MeshOutput): Set<string> {
  const output = mesh.encodeOutput(change(answerOf(task)));
  const messages = new Set<string>();
  for (let seed = 0n; seed < 600n; seed++) {
    const verdict = core.check(task.input, task.assets, output, seed);
    messages.add(verdict.type === "ok" ? "ok" : verdict.message.replace(/\d+(,\d+)*/, "…"));
  }
  return messages;
}

Deno.test("check() says what is wrong", () => {
  const task = meshChunk(core, land.surround(3, 0, 3), temperateMaterials);
  const { counts, quads, light } = answerOf(task);
  const sentence = (what: string) => `Cannot accept the output: ${what}`;
  const has = (messages: Set<string>, what: string) =>
    assert.ok(messages.has(sentence(what)), `${what}: ${[...messages].join("; ")}`);
  const changed = (at: number, to: (value: number) => number) =>
    saidTo(task, (output) => ({ ...output, quads: quads.map((value, i) => i === at ? to(value) : value) }));
  const up = 2 * (counts[0]! + counts[1]!);
  has(changed(up + 1, (look) => look ^ 1), "a quad looks wrong");
  const south = up + 2 * (counts[2]! + counts[3]!);
  const manySouth = saidTo(task, (output) => ({
    ...output,
    quads: quads.map((value, i) =>
      i > south && i < south + 2 * counts[4]! && i % 2 === 1 ? value ^ 1 : value
    ),
  }));
  has(manySouth, "a wrong quad covers a face of cell …");
  has(changed(up, (place) => place ^ 1 << 25), "a quad looks wrong");
  has(changed(up, (place) => place & ~0x3ff8000 ^ 1 << 15), "what quads cover of the slab at z … is wrong");
  has(changed(up, (place) => place | 31 << 5), "nobody can see the face that a quad covers");
  has(changed(up, (place) => place | 31 | 1 << 15), "a quad reaches beyond the chunk or its longest edge");
  has(changed(up + 2, (place) => place & ~0x7fff), "quads are out of order or not merged");
  has(
    saidTo(task, (output) => ({ ...output, light: light.map((level) => level ^ 1) })),
    "the light of the row at y, z … is wrong",
  );
  has(
    saidTo(task, (output) => ({ ...output, light: light.map(() => 0) })),
    "light from around the chunk does not come in",
  );
  const single = meshChunk(core, { ...task.chunk, edgeMax: 1 }, task.materials);
  has(saidTo(task, () => answerOf(single)), "quads are out of order or not merged");
  const [verdict] = [core.check(task.input, task.assets, task.output.subarray(8), 1n)];
  assert.deepEqual(verdict, { type: "err", message: sentence("its counts do not fit its size") });
});

Deno.test("check() finds any wrong quad and any wrong cell of light under some seed", () => {
  const task = meshChunk(core, land.surround(3, 0, 3), temperateMaterials);
  const draw = drawsFrom(8);
  const count = answerOf(task).quads.length / 2;
  for (let i = 0; i < 6; i++) {
    const at = 2 * drawBelow(draw, count) + 1;
    const said = saidTo(task, (output) => ({
      ...output,
      quads: output.quads.map((look, k) => k === at ? look ^ 3 << 20 : look),
    }));
    assert.ok(said.size > 1, `quad ${at >> 1} is never looked at`);
    const cell = drawBelow(draw, 32 ** 3);
    const dimmed = saidTo(task, (output) => ({
      ...output,
      light: output.light.map((level, k) => k === cell ? level ^ 1 : level),
    }));
    assert.ok(dimmed.size > 1, `cell ${cell} is never looked at`);
  }
});
