import { assert } from "../../tests/deps.ts";
import { instantiateCore, loadCore } from "../testing/core.ts";
import { drawBelow, drawsFrom } from "../testing/draws.ts";
import { mesh, type MeshOutput } from "./codec.ts";
import { answerOf, drawMaterials, drawNoise, meshChunk } from "./testing/chunks.ts";

const core = instantiateCore(await loadCore(mesh.id, mesh.version));
const NORMALS = [[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]] as const;

/** The same bytes at an odd offset of a larger buffer, as they lie in a received frame. */
function unaligned(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 3);
  buffer.set(bytes, 3);
  return buffer.subarray(3);
}

Deno.test("mesh.decode…() gives back what encode…() wrote", () => {
  const draw = drawsFrom(1);
  for (let i = 0; i < 20; i++) {
    const materials = drawMaterials(draw, 1 + drawBelow(draw, 30));
    const chunk = drawNoise(draw, materials.length);
    assert.deepEqual(mesh.decodeInput(unaligned(mesh.encodeInput(chunk))), chunk);
    const { output } = meshChunk(core, chunk, materials);
    assert.deepEqual(mesh.encodeOutput(mesh.decodeOutput(unaligned(output))), output);
  }
});

Deno.test("mesh.encodeMaterials() writes the bytes of the README", () => {
  const clear = { opaque: false, emission: 0, dimming: 0 };
  const bytes = mesh.encodeMaterials([clear, { ...clear, dimming: 2 }, {
    opaque: true,
    emission: 12,
    dimming: 0,
  }]);
  assert.deepEqual([...bytes], [0x50, 0x32, 0x4d, 0x31, 3, 0, 0, 0, 0, 0x20, 0xfc]);
});

Deno.test("mesh.encode…() and decode…() refuse with a RangeError what does not fit", () => {
  const chunk = { cells: new Uint8Array(34 ** 3), planes: new Uint8Array(6144), edgeMax: 32 };
  const clear = { opaque: false, emission: 0, dimming: 0 };
  for (const edgeMax of [0, 33, 1.5, NaN]) {
    assert.throws(() => mesh.encodeInput({ ...chunk, edgeMax }), RangeError);
  }
  assert.throws(() => mesh.encodeInput({ ...chunk, cells: new Uint8Array(32 ** 3) }), RangeError);
  assert.throws(() => mesh.encodeInput({ ...chunk, planes: new Uint8Array(1) }), RangeError);
  assert.throws(() => mesh.encodeMaterials([]), RangeError);
  assert.throws(() => mesh.encodeMaterials(Array(257).fill(clear)), RangeError);
  assert.throws(() => mesh.encodeMaterials([{ ...clear, opaque: true }]), RangeError);
  for (const wrong of [-1, 16, NaN, Infinity]) {
    assert.throws(() => mesh.encodeMaterials([{ ...clear, emission: wrong }]), RangeError);
    assert.throws(() => mesh.encodeMaterials([{ ...clear, dimming: wrong }]), RangeError);
  }
  const input = mesh.encodeInput(chunk);
  assert.throws(() => mesh.decodeInput(input.subarray(1)), RangeError);
  assert.throws(() => mesh.decodeInput(input.map((byte, i) => i === 3 ? 1 : byte)), RangeError);
  for (const size of [0, 47, 48, 48 + 32_767, 48 + 32_769]) {
    assert.throws(() => mesh.decodeOutput(new Uint8Array(size)), RangeError);
  }
  const empty: MeshOutput = {
    counts: new Uint32Array(12),
    quads: new Uint32Array(0),
    light: new Uint8Array(32 ** 3),
  };
  assert.throws(() => mesh.encodeOutput({ ...empty, quads: new Uint32Array(2) }), RangeError);
  assert.throws(() => mesh.encodeOutput({ ...empty, light: new Uint8Array(3) }), RangeError);
});

Deno.test("mesh.surround() puts every neighbour's cells and light where README.md says", () => {
  // Each chunk's cells tell their place in the world, and so does their light.
  const tellAt = (x: number, y: number, z: number) => (x * 7 + y * 31 + z * 101 + 1_000_000) % 251;
  const chunkAt = (dx: number, dy: number, dz: number) => {
    const cells = new Uint8Array(32 ** 3).map((_, i) =>
      tellAt(dx * 32 + i % 32, dy * 32 + Math.floor(i / 1024), dz * 32 + Math.floor(i / 32) % 32)
    );
    return { cells, light: cells };
  };
  const { cells, planes } = mesh.surround(chunkAt, { material: 0, light: 0 });
  for (let i = 0; i < cells.length; i++) {
    assert.equal(cells[i], tellAt(i % 34 - 1, Math.floor(i / 34 ** 2) - 1, Math.floor(i / 34) % 34 - 1));
  }
  for (let a = 0; a < 32; a++) {
    for (let b = 0; b < 32; b++) {
      const places = [[-1, a, b], [32, a, b], [b, -1, a], [b, 32, a], [b, a, -1], [b, a, 32]] as const;
      places.forEach(([x, y, z], plane) => assert.equal(planes[plane * 1024 + a * 32 + b], tellAt(x, y, z)));
    }
  }
  const alone = mesh.surround(
    (dx, dy, dz) => dx === 0 && dy === 0 && dz === 0 ? { cells: new Uint8Array(32 ** 3) } : undefined,
    { material: 9, light: 0xf0 },
    4,
  );
  assert.equal(alone.cells.filter((cell) => cell === 9).length, 34 ** 3 - 32 ** 3);
  assert.ok(alone.planes.every((light) => light === 0xf0));
  assert.equal(alone.edgeMax, 4);
});

Deno.test("mesh.buffersOf() makes triangles that look outward and cover what the quads cover", () => {
  const draw = drawsFrom(2);
  const materials = drawMaterials(draw, 20);
  const cells = new Uint8Array(34 ** 3).map(() => draw() < 0.99 ? 0 : drawBelow(draw, 20));
  const output = answerOf(meshChunk(core, { ...drawNoise(draw, 20), cells }, materials));
  const { vertices, indices, opaqueIndexCount } = mesh.buffersOf(output);
  const count = output.quads.length / 2;
  assert.ok(count > 100);
  assert.deepEqual([vertices.length, indices.length], [count * 32, count * 6]);
  assert.equal(opaqueIndexCount, 6 * output.counts.subarray(0, 6).reduce((sum, one) => sum + one, 0));
  const corner = (index: number) => vertices.subarray(8 * index, 8 * index + 8);
  for (let quad = 0; quad < count; quad++) {
    const expected = mesh.quadAt(output.quads, quad);
    let area = 0;
    for (const triangle of [0, 3]) {
      const [a, b, c] = [0, 1, 2].map((i) => corner(indices[6 * quad + triangle + i]!)) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      const cross = [0, 1, 2].map((i) => {
        const [j, k] = [(i + 1) % 3, (i + 2) % 3];
        return (b[j]! - a[j]!) * (c[k]! - a[k]!) - (b[k]! - a[k]!) * (c[j]! - a[j]!);
      });
      const size = cross.reduce((sum, one) => sum + Math.abs(one), 0);
      assert.deepEqual(cross.map((one) => Math.sign(one) || 0), [...NORMALS[expected.face]!]);
      area += size / 2;
    }
    assert.equal(area, expected.width * expected.height);
    const levels = [0, 1, 2, 3].map((i) => corner(4 * quad + i)[3]! >> 3);
    assert.deepEqual(levels.toSorted(), expected.occlusion.toSorted());
    assert.ok(levels[0]! + levels[2]! >= levels[1]! + levels[3]!, "cut along the brighter diagonal");
    for (const i of [0, 1, 2, 3]) {
      const [x, y, z, , material, light, u, v] = corner(4 * quad + i) as unknown as number[];
      assert.ok(Math.max(x!, y!, z!) <= 32 && u! <= 32 && v! <= 32);
      assert.ok(material === expected.material && light === expected.light);
    }
  }
});
