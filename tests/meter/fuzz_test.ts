// Mutated modules: whatever the engine still takes, the meter refuses with a code or meters into a valid module.
import { assert, fc } from "../deps.ts";
import { P2c2rError } from "../../protocol/mod.ts";
import { meter, METER_EXPORTS } from "../../sandbox/meter/mod.ts";
import { kernel } from "../hostile/kernels.ts";
import { assemble, op, type, unsigned } from "../hostile/wasm_builder.ts";
import { mutate, mutation } from "./mutants.ts";
import { programs } from "./programs.ts";

const MUTANTS = Deno.env.get("P2C2R_LONG") === "1" ? 1_000_000 : 20_000;
/** Of a large module; each takes tens of milliseconds. */
const LARGE_MUTANTS = MUTANTS / 200;
const BUNDLES = new URL("../../tasks-as/bundles/", import.meta.url);

/** Small modules that have everything: tables, bulk operations, vectors, several results, tail calls, segments. */
function seeds(): Uint8Array<ArrayBuffer>[] {
  const { i32, i64 } = type;
  const vector = [0xfd, 0x0c, ...Array.from({ length: 16 }, (_, i) => i)];
  const rich = assemble({
    functions: [
      { params: [i32, i32], results: [i32, i64], locals: 2, body: [...op.get(1), ...op.i64(5)] },
      {
        params: [i32],
        results: [i32],
        locals: 3,
        body: [
          ...[...vector, ...vector, 0xfd, 0xae, 0x01, 0xfd, 0x53, ...op.set(2)],
          ...[
            ...op.i32(0),
            ...op.i32(8),
            ...op.get(0),
            ...op.copy,
            ...op.i32(0),
            ...op.i32(1),
            ...op.i32(2),
            ...op.fill,
          ],
          ...[
            ...op.block,
            ...op.loop,
            ...op.get(0),
            ...op.eqz,
            ...op.brIf(1),
            ...op.get(0),
            ...op.i32(1),
            ...op.sub,
          ],
          ...[...op.set(0), ...op.br(0), ...op.end, ...op.end],
          ...[...op.get(0), ...op.get(1), ...op.call(0), ...op.drop, ...op.drop],
          ...[...op.nullFunction, ...op.i32(1), ...op.tableGrow(0), ...op.drop],
          ...[...op.get(0), ...op.i32(0), 0x11, ...unsigned(1), 0, ...op.memoryGrow, ...op.drop],
          ...[...op.get(0), 0x12, 1],
        ],
      },
    ],
    memories: [{ initial: 1, maximum: 2 }],
    tables: [{ initial: 2, maximum: 9 }],
    globals: [1, 2],
    rawSections: [{ id: 9, body: [1, 0, ...op.i32(0), ...op.end, 2, 1, 1] }],
    exports: [{ name: "run", kind: 0, index: 1 }, { name: "memory", kind: 2, index: 0 }],
    data: [{ at: 3, bytes: [1, 2, 3] }],
  });
  assert.ok(WebAssembly.validate(rich));
  return [rich, kernel(), ...fc.sample(programs, { numRuns: 20, seed: 7 })];
}

/** What became of a mutant. */
function tryMutant(mutant: Uint8Array<ArrayBuffer>): "invalid" | "refused" | "metered" {
  const isValid = WebAssembly.validate(mutant);
  try {
    const metered = meter(mutant);
    assert.ok(isValid, "an invalid module was metered");
    assert.ok(WebAssembly.validate(metered), "the metered module is not valid");
    const names = WebAssembly.Module.exports(new WebAssembly.Module(metered)).map((one) => one.name);
    assert.ok(names.includes(METER_EXPORTS.fuel) && names.includes(METER_EXPORTS.depth));
    return "metered";
  } catch (error) {
    if (!(error instanceof P2c2rError)) throw error;
    assert.equal(error.code, isValid ? "bundle.feature" : "bundle.malformed", error.message);
    return "refused";
  }
}

Deno.test(`meter() takes ${MUTANTS} mutants without a crash, and every valid one comes out valid or refused`, () => {
  const all = seeds();
  const seen = { invalid: 0, refused: 0, metered: 0 };
  fc.assert(
    fc.property(mutation, fc.option(mutation), (first, second) => {
      const seed = all[first.seed % all.length] as Uint8Array<ArrayBuffer>;
      const donor = all[first.seed % 7] as Uint8Array;
      const once = mutate(seed, donor, first);
      // A second change of instructions needs a module that can still be read.
      const twice = second !== null && second.kind <= 5 && once.length > 8
        ? mutate(once, donor, second)
        : once;
      seen[tryMutant(twice)]++;
    }),
    { numRuns: MUTANTS, seed: 3 },
  );
  assert.ok(seen.metered > MUTANTS / 10, `only ${seen.metered} of ${MUTANTS} mutants were metered`);
  assert.ok(seen.refused > MUTANTS / 10, `only ${seen.refused} of ${MUTANTS} mutants were refused`);
});

Deno.test(`meter() takes ${LARGE_MUTANTS} mutants of real kernels in the same way`, async () => {
  const kernels = await realKernels();
  fc.assert(
    fc.property(mutation, (one) => {
      const seed = kernels[one.seed % kernels.length] as Uint8Array<ArrayBuffer>;
      tryMutant(mutate(seed, seed, one));
    }),
    { numRuns: LARGE_MUTANTS, seed: 5 },
  );
});

/** Modules of the kernels' components, as they were before they were metered. */
async function realKernels(): Promise<Uint8Array<ArrayBuffer>[]> {
  const found: Uint8Array<ArrayBuffer>[] = [];
  for await (const { name } of Deno.readDir(BUNDLES)) {
    for await (const version of Deno.readDir(new URL(`${name}/`, BUNDLES))) {
      found.push(await Deno.readFile(new URL(`${name}/${version.name}/core.wasm`, BUNDLES)));
    }
  }
  return found;
}
