/**
 * Cost of the physics kernel per step and of its check.
 *
 * `deno run -A bench/physics_bench.ts [--json]`
 */
import { physics } from "../tasks-as/physics/codec.ts";
import { pile } from "../tasks-as/physics/testing/scenes.ts";
import { type Task, tasksOf } from "../tasks-as/physics/testing/world.ts";
import { loadCore } from "../tasks-as/testing/core.ts";

interface Exports {
  readonly memory: WebAssembly.Memory;
  cabi_realloc(old: number, oldSize: number, align: number, newSize: number): number;
  run(input: number, inputSize: number, assets: number, assetCount: number): number;
  check(
    input: number,
    inputSize: number,
    assets: number,
    assetCount: number,
    output: number,
    outputSize: number,
    seed: bigint,
  ): number;
  cabi_post_run(result: number): void;
  cabi_post_check(result: number): void;
}

interface Cost {
  readonly bodies: number;
  readonly contacts: number;
  readonly points: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly runMs: number;
  readonly checkMs: number;
  readonly checkOverRun: number;
}

const BODIES = [50, 100, 200, 400];
const SETTLING_STEPS = 240;
const ROUNDS = 7;

/** The least mean over rounds: what the work costs when nothing else runs. */
function leastMs(repeats: number, call: () => void): number {
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) call();
    least = Math.min(least, (performance.now() - start) / repeats);
  }
  return least;
}

/** Times calls with the bytes in place, as a worker and a coordinator have them: copying is not the kernel's. */
function costOf(module: WebAssembly.Module, bodies: number): Cost {
  const { input, output } = tasksOf(pile(bodies, 1), SETTLING_STEPS).at(-1) as Task;
  const exports = new WebAssembly.Instance(module, {}).exports as unknown as Exports;
  const place = (bytes: Uint8Array): number => {
    const start = exports.cabi_realloc(0, 0, 1, bytes.length);
    new Uint8Array(exports.memory.buffer).set(bytes, start);
    return start;
  };
  const runMs = leastMs(60, () => exports.cabi_post_run(exports.run(place(input), input.length, 0, 0)));
  let seed = 0n;
  const checkMs = leastMs(600, () => {
    const [given, answer] = [place(input), place(output)];
    exports.cabi_post_check(exports.check(given, input.length, 0, 0, answer, output.length, seed++));
  });
  const { contacts } = physics.decodeOutput(output).state;
  return {
    bodies,
    contacts: contacts.length,
    points: contacts.reduce((sum, contact) => sum + contact.normals.length, 0),
    inputBytes: input.length,
    outputBytes: output.length,
    runMs,
    checkMs,
    checkOverRun: checkMs / runMs,
  };
}

const module = await loadCore("physics", physics.version);
const costs = BODIES.map((bodies) => costOf(module, bodies));
if (Deno.args.includes("--json")) console.log(JSON.stringify({ costs }));
else {
  console.table(
    costs.map((cost) => ({
      ...cost,
      runMs: cost.runMs.toFixed(3),
      checkMs: cost.checkMs.toFixed(4),
      checkOverRun: cost.checkOverRun.toFixed(3),
    })),
  );
}
