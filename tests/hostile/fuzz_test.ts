import { assert, fc } from "../deps.ts";
import { limits, P2c2rError } from "../../protocol/mod.ts";
import {
  type Bundle,
  type CellEvent,
  createCellStock,
  createIsolate,
  parseManifest,
  threads,
} from "../../sandbox/mod.ts";
import { lendMemory } from "../../sandbox/bundle/lent_core.ts";
import { compileCore } from "../../sandbox/bundle/core_rules.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { bundleOf, manifestBytes, manifestOf } from "./bundles.ts";
import { answer, bump, kernel, type KernelParts } from "./kernels.ts";
import { selfTestCore } from "./self_test_core.ts";
import { op } from "./wasm_builder.ts";

const CORES = [meter(kernel()), selfTestCore()];

/** One or two changed bytes, and now and then a cut. */
const mutation = fc.record({
  core: fc.nat(CORES.length - 1),
  changes: fc.array(fc.record({ at: fc.nat(), byte: fc.nat(255) }), { minLength: 1, maxLength: 2 }),
  cut: fc.option(fc.nat(), { freq: 9 }),
});

function mutate(
  bytes: Uint8Array<ArrayBuffer>,
  { changes, cut }: { changes: readonly { at: number; byte: number }[]; cut: number | null },
): Uint8Array<ArrayBuffer> {
  const mutated = bytes.slice();
  for (const { at, byte } of changes) mutated[at % mutated.length] = byte;
  return cut === null ? mutated : mutated.slice(0, cut % mutated.length);
}

const ASSET = { digest: "asset", bytes: Uint8Array.of(4, 5) };

/** Addresses and lengths where mistakes live: around nothing, around the memory's end, around 2³¹ and 2³². */
const edge = fc.tuple(
  fc.constantFrom(0, 16, 1024, 2048, 65_536, 4 * 65_536, 2 ** 31, 2 ** 32),
  fc.integer({ min: -13, max: 13 }),
).map(([base, shift]) => op.i32((base + shift) | 0));

/** A parameter, an edge, or an edge behind a parameter. */
const value = fc.oneof(
  fc.nat(3).map(op.get),
  edge,
  fc.tuple(fc.nat(3), edge).map(([local, at]) => [...op.get(local), ...at, ...op.add]),
);

const statement = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(value, value).map(([at, what]) => [...at, ...what, ...op.store32()]) },
  { weight: 2, arbitrary: fc.tuple(value, value, value).map((all) => [...all.flat(), ...op.copy]) },
  { weight: 2, arbitrary: fc.nat(5).map((pages) => [...op.i32(pages), ...op.memoryGrow, ...op.drop]) },
  { weight: 2, arbitrary: value.map((what) => [...what, ...op.setGlobal(0)]) },
);

/** Kernels whose allocator and answers are drawn. */
const claims: fc.Arbitrary<KernelParts> = fc.record({
  realloc: fc.oneof(
    { weight: 3, arbitrary: fc.constant(bump) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.array(statement, { maxLength: 2 }), value).map((all) => all.flat(2)),
    },
  ),
  run: fc.tuple(
    fc.array(statement, { maxLength: 3 }),
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.tuple(fc.nat(2), value, value).map(([tag, ptr, len]) => answer(tag, ptr, len)),
      },
      { weight: 1, arbitrary: value },
    ),
  ).map(([statements, end]) => [...statements.flat(), ...end]),
  memory: fc.integer({ min: 1, max: 4 }).map((initial) => ({ initial, maximum: 4 })),
});

/** The compiled module, or undefined for a coded refusal. Anything else is a defect. */
async function compiled(core: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module | undefined> {
  try {
    return await compileCore(core, 4);
  } catch (error) {
    if (error instanceof P2c2rError && error.code.startsWith("bundle.")) return undefined;
    throw error;
  }
}

/** Runs kernels in one isolate, the honest one after each, and expects nothing to happen to its thread. */
async function withFuzzed(work: (run: (core: Uint8Array<ArrayBuffer>) => Promise<string>) => Promise<void>) {
  const events: CellEvent[] = [];
  const stock = createCellStock({ kind: threads, spares: 0, report: (event) => events.push(event) });
  const isolate = createIsolate({ stock });
  const honest = await bundleOf(kernel());
  const input = Uint8Array.of(1, 2, 3);
  const run = (bundle: Bundle, wallMs: number) =>
    isolate.run({ bundle, input, assets: [ASSET], fuelLimit: limits.fuelMax, wallMs });
  try {
    await work(async (core) => {
      const module = await compiled(core);
      if (module === undefined) return "refused";
      const outcome = await run(
        { ...honest, digest: core.toHex(), core, module, lent: await lendMemory(core) },
        20,
      );
      if (outcome.type === "output") assert.ok(outcome.output.length <= 65_536);
      else {assert.match(
          outcome.code,
          /^kernel\.(refused|trapped|exhausted|output_too_large|environment|late)$/,
        );}
      const next = await run(honest, 2_000);
      assert.deepEqual(next.type === "output" && next.output, input);
      return outcome.type === "output" ? "output" : outcome.code;
    });
  } finally {
    await isolate.close();
    await stock.close();
  }
  assert.deepEqual(events, []);
}

Deno.test("a mutated module is refused with a code or runs to an outcome, and the task after it is right", async () => {
  await withFuzzed((run) =>
    fc.assert(
      fc.asyncProperty(mutation, async (mutant) => {
        await run(mutate(CORES[mutant.core] as Uint8Array<ArrayBuffer>, mutant));
      }),
      { numRuns: 2_000 },
    )
  );
});

Deno.test("a kernel of random claims runs to an outcome, and the task after it is right", async () => {
  const seen = new Set<string>();
  await withFuzzed((run) =>
    fc.assert(
      fc.asyncProperty(claims, async (parts) => {
        seen.add(await run(meter(kernel(parts))));
      }),
      { numRuns: 1_000 },
    )
  );
  for (const outcome of ["output", "kernel.trapped", "kernel.refused", "kernel.output_too_large"]) {
    assert.ok(seen.has(outcome), `no kernel came to ${outcome}`);
  }
});

Deno.test("parseManifest() refuses a mutated manifest with a code, or reads it and no other bytes as the same", async () => {
  const bytes = manifestBytes(await manifestOf(kernel()));
  fc.assert(
    fc.property(mutation, (mutant) => {
      const mutated = mutate(bytes, mutant);
      try {
        assert.deepEqual(manifestBytes(parseManifest(mutated)), mutated);
      } catch (error) {
        assert.ok(error instanceof P2c2rError && error.code === "bundle.malformed", String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("parseManifest() refuses arbitrary documents with a code", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.json().map((text) => new TextEncoder().encode(text)), fc.uint8Array()),
      (bytes) => {
        assert.throws(() => parseManifest(bytes), { code: "bundle.malformed" });
      },
    ),
    { numRuns: 1_000 },
  );
});
