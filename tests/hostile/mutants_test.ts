// 20,000 mutants in every run, a million with P2C2R_LONG=1: no crash, no hang, and nothing accepted that should be
// refused, which is told without the code that refuses.
import { fileURLToPath } from "node:url";
import { P2c2rError } from "../../protocol/mod.ts";
import { compileCore } from "../../sandbox/bundle/core_rules.ts";
import { meter } from "../../sandbox/meter/mod.ts";
import { kernelCore } from "../../sandbox/component/mod.ts";
import { bundleNames, generateSigner, loadBundle } from "../../sandbox/mod.ts";
import { assert } from "../deps.ts";
import { type Files, filesOf, sourceOf } from "./bundles.ts";
import { kernel } from "./kernels.ts";
import { Draws, mutant } from "./mutants.ts";
import { selfTestCore } from "./self_test_core.ts";

const COUNT = Deno.env.get("P2C2R_LONG") === "1" ? 1_000_000 : 20_000;
/** Every seed is a test case; this one shifts them all. */
const SEED = 20_261_127;
const PAGES_MAX = 4;
const COMPONENTS = 2;
const BUNDLES = fileURLToPath(new URL("../../tasks-as/bundles", import.meta.url));

/** A value, or the code of the refusal. Anything else that is thrown is a defect. */
async function judged<T>(work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof P2c2rError && error.code.startsWith("bundle.")) return error.code;
    throw error;
  }
}

/** Makes mutants until the count is reached; a failure names the seed that shows it again. */
async function eachMutant(
  share: number,
  work: (draws: Draws) => Promise<string>,
): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (let i = 0; i < COUNT * share; i++) {
    const seed = SEED + i;
    try {
      const what = await work(new Draws(seed));
      seen.set(what, (seen.get(what) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`Mutant of seed ${seed}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
  return seen;
}

/** What the engine itself says of a module that was accepted. */
function expectHarmless(module: WebAssembly.Module, pagesMax: number): void {
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  assert.equal(kinds.get("memory"), "memory");
  const instance = instantiated(module);
  if (instance === undefined) return;
  const { memory, ...functions } = instance.exports as
    & { memory: WebAssembly.Memory }
    & Record<string, unknown>;
  const pages = memory.buffer.byteLength / 65_536;
  assert.ok(pages <= pagesMax);
  assert.throws(() => memory.grow(pagesMax - pages + 1), RangeError, "memory that grows past the limit");
  const lengths = { cabi_realloc: 4, run: 4, check: 7, cabi_post_run: 1, cabi_post_check: 1 };
  for (const [name, length] of Object.entries(lengths)) {
    assert.equal((functions[name] as { length?: number } | undefined)?.length, length, name);
  }
}

/** Data or functions that lie outside what they are put into end here as they do in an isolate. */
function instantiated(module: WebAssembly.Module): WebAssembly.Instance | undefined {
  try {
    return new WebAssembly.Instance(module);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** How it went with a core: its refusal, or that it was let in and is harmless. */
async function coreFate(core: Uint8Array<ArrayBuffer>, pagesMax: number): Promise<string> {
  const module = await judged(() => compileCore(core, pagesMax));
  if (typeof module === "string") return module;
  expectHarmless(module, pagesMax);
  return "accepted";
}

/** Some were accepted and some were refused for these reasons, or the mutants are no good. */
function expectSeen(seen: ReadonlyMap<string, number>, fates: readonly string[]): void {
  for (const fate of fates) {
    assert.ok((seen.get(fate) ?? 0) > 0, `${fate} among ${JSON.stringify([...seen])}`);
  }
}

Deno.test(`${COUNT * 0.6} mutated modules are refused with a code, or keep every rule`, async () => {
  const tabled = kernel({ module: { tables: [{ initial: 1, maximum: 9 }] } });
  const cores = [meter(kernel()), selfTestCore(), meter(tabled)];
  const seen = await eachMutant(
    0.6,
    async (draws) => await coreFate(mutant(draws.pick(cores), draws), PAGES_MAX),
  );
  expectSeen(seen, ["accepted", "bundle.malformed", "bundle.memory"]);
});

Deno.test(`${COUNT * 0.2} mutated components are refused with a code, or hold a core that keeps every rule`, async () => {
  const all = await Promise.all(
    (await bundleNames(BUNDLES)).map((name) => Deno.readFile(`${BUNDLES}/${name}/component.wasm`)),
  );
  // The small ones: a mutant is as telling in them and takes less time.
  const components = all.sort((a, b) => a.length - b.length).slice(0, COMPONENTS);
  const seen = await eachMutant(0.2, async (draws) => {
    const core = await judged(() => meter(kernelCore(mutant(draws.pick(components), draws))));
    return typeof core === "string" ? core : await coreFate(core, 4_096);
  });
  expectSeen(seen, ["accepted", "bundle.malformed"]);
});

Deno.test(`${COUNT * 0.2} mutated bundles are refused with a code, or say and hold what was signed`, async () => {
  const signer = await generateSigner();
  const rules = { pins: new Map([[signer.keyId, signer.publicKey]]), releaseFloor: () => 2 };
  const signed = [
    await filesOf(meter(kernel()), signer, { release: 2 }),
    await filesOf(selfTestCore(), signer, { release: 3 }),
  ];
  // Properly signed as well, but out of date, and by a stranger: its parts must not make another bundle good.
  const others = [
    await filesOf(meter(kernel()), signer, { release: 1 }),
    await filesOf(meter(kernel()), await generateSigner(), { release: 2 }),
  ];
  const seen = await eachMutant(0.2, async (draws) => {
    const original = draws.pick(signed);
    const files = mutatedFiles(original, [...signed, ...others], draws);
    const bundle = await judged(() => loadBundle(sourceOf(files), rules));
    if (typeof bundle === "string") return bundle;
    const isSigned = signed.some((one) =>
      isSame(bundle.manifestBytes, one["manifest.json"]) && isSame(bundle.core, one["core.wasm"])
    );
    assert.ok(isSigned, "a bundle that nobody has signed like this");
    return "accepted";
  });
  expectSeen(seen, ["accepted", "bundle.malformed", "bundle.signature", "bundle.digest", "bundle.release"]);
});

const NAMES = ["manifest.json", "manifest.sig", "core.wasm"] as const;

/** One file changed, taken from another bundle, or put in the place of another one. */
function mutatedFiles(original: Files, all: readonly Files[], draws: Draws): Files {
  const name = draws.pick(NAMES);
  const bytes = original[name] as Uint8Array<ArrayBuffer>;
  const kind = draws.below(10);
  if (kind < 7) return { ...original, [name]: mutant(bytes, draws) };
  if (kind === 7) return { ...original, [name]: draws.pick(all)[name] as Uint8Array<ArrayBuffer> };
  if (kind === 8) return { ...original, [name]: original[draws.pick(NAMES)] as Uint8Array<ArrayBuffer> };
  return draws.pick(all);
}

function isSame(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}
