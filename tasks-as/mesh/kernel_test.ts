import { assert } from "../../tests/deps.ts";
import { digestIn } from "../testing/child.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { sameBytes } from "../testing/detection.ts";
import { drawBelow, drawsFrom } from "../testing/draws.ts";
import { campaignSizes } from "../testing/trials.ts";
import { mesh, type MeshInput, type MeshMaterial, type MeshOutput } from "./codec.ts";
import {
  answerOf,
  drawMaterials,
  drawNoise,
  Landscape,
  meshChunk,
  temperateMaterials,
} from "./testing/chunks.ts";
import { expandFaces } from "./testing/expand.ts";
import { MeshOracle } from "./testing/oracle.ts";
import { expectedVectors, readVectors, vectorTasks } from "./vectors/vectors.ts";
import { terrain } from "../terrain/codec.ts";

const module = await loadCore(mesh.id, mesh.version);
const core = instantiateCore(module);
const land = new Landscape(instantiateCore(await loadCore(terrain.id, terrain.version)), 11n);

/** Whether light and every face are as the oracle has them; the answer. */
function assertSame(chunk: MeshInput, materials: readonly MeshMaterial[], name: string): MeshOutput {
  const output = answerOf(meshChunk(core, chunk, materials));
  const oracle = new MeshOracle(chunk, materials);
  assert.ok(sameBytes(output.light, oracle.light()), `${name}: light`);
  const [faces, expected] = [expandFaces(output), oracle.faces()];
  const differing = expected.findIndex((look, face) => faces[face] !== look);
  assert.equal(
    differing,
    -1,
    `${name}: face ${differing} looks like ${faces[differing]}, not ${expected[differing]}`,
  );
  return output;
}

Deno.test("run() gives the oracle's light and faces for noise of every density", () => {
  const draw = drawsFrom(1);
  const chunks = campaignSizes().honest > 2_000 ? 3_000 : 40;
  for (let i = 0; i < chunks; i++) {
    const materials = drawMaterials(draw, 1 + drawBelow(draw, i % 4 === 0 ? 256 : 40));
    assertSame(drawNoise(draw, materials.length), materials, `noise ${i}`);
  }
});

Deno.test("run() gives the oracle's light and faces for pieces of a landscape, in fewer quads", () => {
  let quads = 0;
  let faces = 0;
  for (let i = 0; i < 12; i++) {
    const output = assertSame(land.surround(i, i % 3 - 1, 2 * i), temperateMaterials, `piece ${i}`);
    quads += output.quads.length / 2;
    faces += expandFaces(output).filter((look) => look !== -1).length;
  }
  assert.ok(quads > 1000 && quads < 0.75 * faces, `${quads} quads for ${faces} faces`);
});

Deno.test("run() answers empty, full and single cells as one can count them", () => {
  const tasks = vectorTasks(core);
  const of = (name: string) => answerOf(tasks.get(name)!);
  assert.equal(of("empty").quads.length, 0);
  assert.ok(of("empty").light.every((level) => level === 0xf0));
  assert.equal(of("full").quads.length, 0);
  assert.ok(of("full").light.every((level) => level === 0));
  assert.deepEqual([...of("one cell").counts], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  const lamp = of("one lamp").light;
  for (
    const [dx, dy, dz] of [[0, 0, 0], [1, 0, 0], [0, -5, 0], [2, 1, 3], [0, -11, 0], [0, -12, 0]] as const
  ) {
    const distance = Math.abs(dx) + Math.abs(dy) + Math.abs(dz);
    assert.equal(lamp[((30 + dy) * 32 + 16 + dz) * 32 + 3 + dx], Math.max(0, 12 - distance));
  }
  const sea = of("sea over sand");
  assert.deepEqual([...sea.counts], [0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
  // Water dims by 2 beyond the 1 of every cell: 12, 9, 6, 3, 0 below the surface.
  const depths = Array.from({ length: 6 }, (_, depth) => sea.light[(19 - depth) * 1024]);
  assert.deepEqual(depths, [12 << 4, 9 << 4, 6 << 4, 3 << 4, 0, 0]);
});

Deno.test("run() has room for the chunk with the most quads, and check() for its answer", () => {
  const task = vectorTasks(core).get("chessboard")!;
  assert.equal(answerOf(task).quads.length / 2, 98_304);
  assert.equal(task.output.length, 819_248);
  for (let seed = 0n; seed < 20n; seed++) {
    assert.deepEqual(core.check(task.input, task.assets, task.output, seed), { type: "ok" });
  }
});

Deno.test("run() and check() have room for clear cells of which no two neighbours are alike", () => {
  const clear = { opaque: false, emission: 0, dimming: 0 };
  const cells = new Uint8Array(34 ** 3).map((_, i) =>
    1 + (i % 34 + Math.floor(i / 34) % 34 + Math.floor(i / 34 ** 2)) % 2
  );
  const chunk = { cells, planes: new Uint8Array(6144).fill(0xff), edgeMax: 32 };
  const task = meshChunk(core, chunk, [clear, clear, clear]);
  assert.equal(answerOf(task).quads.length / 2, 196_608);
  assert.equal(task.output.length, 1_605_680);
  for (let seed = 0n; seed < 20n; seed++) {
    assert.deepEqual(core.check(task.input, task.assets, task.output, seed), { type: "ok" });
  }
});

Deno.test("run() keeps edges as short as it is told", () => {
  const chunk = land.surround(3, 0, 3);
  const faces = expandFaces(answerOf(meshChunk(core, chunk, temperateMaterials)));
  for (const edgeMax of [1, 2, 5, 31]) {
    const output = answerOf(meshChunk(core, { ...chunk, edgeMax }, temperateMaterials));
    assert.deepEqual(expandFaces(output), faces);
    const edges = Array.from({ length: output.quads.length / 2 }, (_, i) => mesh.quadAt(output.quads, i));
    assert.ok(edges.every(({ width, height }) => width <= edgeMax && height <= edgeMax));
    if (edgeMax === 1) assert.equal(edges.length, faces.filter((look) => look !== -1).length);
  }
});

/** Light of a world without borders between chunks, open to the sky: level by level from the brightest. */
function worldLight(cellAt: (x: number, y: number, z: number) => MeshMaterial, side: number): Uint8Array {
  const at = (x: number, y: number, z: number) => (y * side + z) * side + x;
  const levels = { sky: new Uint8Array(side ** 3), block: new Uint8Array(side ** 3) };
  const isIn = (...place: number[]) => place.every((one) => one >= 0 && one < side);
  for (let z = 0; z < side; z++) {
    for (let x = 0; x < side; x++) {
      for (let y = side - 1, isOpen = true; y >= 0; y--) {
        const { opaque, dimming, emission } = cellAt(x, y, z);
        isOpen &&= !opaque && dimming === 0;
        levels.sky[at(x, y, z)] = isOpen ? 15 : 0;
        levels.block[at(x, y, z)] = emission;
        // What dims lies under the open sky, too.
        if (y === side - 1 && !isOpen && !opaque) levels.sky[at(x, y, z)] = Math.max(0, 14 - dimming);
      }
    }
  }
  for (const light of [levels.sky, levels.block]) {
    for (let level = 15; level > 1; level--) {
      for (let cell = 0; cell < light.length; cell++) {
        if (light[cell] !== level) continue;
        const [x, z, y] = [cell % side, Math.floor(cell / side) % side, Math.floor(cell / side ** 2)];
        for (
          const [dx, dy, dz] of [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]] as const
        ) {
          if (!isIn(x + dx, y + dy, z + dz)) continue;
          const { opaque, dimming } = cellAt(x + dx, y + dy, z + dz);
          const to = at(x + dx, y + dy, z + dz);
          if (!opaque) light[to] = Math.max(light[to]!, level - 1 - dimming);
        }
      }
    }
  }
  return levels.sky.map((sky, cell) => sky << 4 | levels.block[cell]!);
}

Deno.test("chunks that pass their light to each other end up with the light of the world they are cut from", () => {
  const draw = drawsFrom(5);
  const materials = temperateMaterials;
  const cells = new Map<string, Uint8Array>();
  const lights = new Map<string, Uint8Array>();
  const names: (readonly [number, number, number])[] = [];
  for (const y of [1, 0]) for (const z of [0, 1]) for (const x of [0, 1]) names.push([x, y, z]);
  for (const name of names) {
    const air = 0.55 + 0.4 * draw();
    cells.set(
      `${name}`,
      new Uint8Array(32 ** 3).map(() => draw() < air ? 0 : draw() < 0.02 ? 13 : draw() < 0.3 ? 1 : 4),
    );
    lights.set(`${name}`, new Uint8Array(32 ** 3));
  }
  const open = new Uint8Array(32 ** 3).fill(0xf0);
  const outside = new Uint8Array(32 ** 3);
  const wall = new Uint8Array(32 ** 3).fill(4);
  let rounds = 0;
  for (let isStable = false; !isStable; rounds++) {
    assert.ok(rounds < 60, "light does not settle");
    isStable = true;
    for (const [x, y, z] of names) {
      const chunk = mesh.surround((dx, dy, dz) => {
        const name = `${[x + dx, y + dy, z + dz]}`;
        const own = cells.get(name);
        if (own !== undefined) return { cells: own, light: lights.get(name) };
        return y + dy > 1 ? { cells: outside, light: open } : { cells: wall, light: outside };
      }, { material: 4, light: 0 });
      const { light } = answerOf(meshChunk(core, chunk, materials));
      isStable &&= sameBytes(light, lights.get(`${[x, y, z]}`)!);
      lights.set(`${[x, y, z]}`, light.slice());
    }
  }
  const cellAt = (x: number, y: number, z: number) =>
    materials[cells.get(`${[x >> 5, y >> 5, z >> 5]}`)![((y & 31) * 32 + (z & 31)) * 32 + (x & 31)]!]!;
  const expected = worldLight(cellAt, 64);
  for (const [x, y, z] of names) {
    const light = lights.get(`${[x, y, z]}`)!;
    const cut = light.map((_, i) =>
      expected[
        ((y * 32 + Math.floor(i / 1024)) * 64 + z * 32 + Math.floor(i / 32) % 32) * 64 + x * 32 + i % 32
      ]!
    );
    assert.ok(sameBytes(light, cut), `chunk ${[x, y, z]}`);
  }
});

/** The sentence with which a task is refused. */
function refusal(input: Uint8Array, assets: readonly Uint8Array[]): string {
  const result = core.run(input, assets);
  assert.ok(result.type === "err");
  const verdict = core.check(input, assets, new Uint8Array(48 + 32_768), 1n);
  assert.deepEqual(verdict, result, "check refuses what run refuses");
  return result.message;
}

Deno.test("run() refuses what is no task with a sentence", () => {
  const input = mesh.encodeInput(land.surround(0, 0, 0));
  const materials = mesh.encodeMaterials(temperateMaterials);
  const changed = (bytes: Uint8Array, at: number, byte: number) =>
    bytes.map((old, i) => i === at ? byte : old);
  assert.match(refusal(input.subarray(1), [materials]), /the input is not 45,456 bytes/);
  assert.match(refusal(changed(input, 0, 0), [materials]), /longest edge/);
  assert.match(refusal(changed(input, 0, 33), [materials]), /longest edge/);
  assert.match(refusal(changed(input, 7, 1), [materials]), /longest edge/);
  // Of cells only run() looks at every one.
  const message = "Cannot mesh: a cell is of material 16, the table has 16";
  assert.deepEqual(core.run(changed(input, 39_311, 16), [materials]), { type: "err", message });
  assert.match(refusal(input, []), /expected one asset/);
  assert.match(refusal(input, [materials, materials]), /expected one asset/);
  assert.match(refusal(input, [materials.subarray(1)]), /expected one asset/);
  assert.match(refusal(input, [materials.subarray(0, 20)]), /1 to 256 of them/);
  assert.match(refusal(input, [changed(materials, 8, 0xf0)]), /material 0 is air/);
});

Deno.test("the committed vectors are what the oracle and the kernel make", async () => {
  assert.deepEqual(await readVectors(), await expectedVectors(core));
});

Deno.test("run() gives the same bytes in separate processes and in both compiler tiers of V8", async () => {
  const script = new URL("testing/print_digest.ts", import.meta.url);
  const digests = await Promise.all([
    digestIn(script, ["30"], []),
    digestIn(script, ["30"], ["--liftoff-only"]),
    digestIn(script, ["30"], ["--no-liftoff", "--no-wasm-tier-up"]),
  ]);
  assert.match(digests[0] as string, /^[0-9a-f]{64}$/);
  assert.equal(new Set(digests).size, 1);
});
