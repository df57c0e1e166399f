/**
 * What the hardest tasks use that the kernels' own generators make: the basis of the budgets in their manifests, which
 * are four times as much, rounded up to two digits. For kernels without such generators: what their dearest vector
 * uses, of which budgets are at least ten times as much.
 *
 * `deno run -A --config tasks-as/deno.json tasks-as/measure_fuel.ts`
 */
import { pathfind } from "./pathfind/codec.ts";
import { mazeMap, noiseMap, roomMap, type TestMap } from "./pathfind/testing/maps.ts";
import { drawFreePairs } from "./pathfind/testing/problems.ts";
import { physics, type PhysicsInput } from "./physics/codec.ts";
import { pile, stack } from "./physics/testing/scenes.ts";
import { casesOf, type KernelName, versionOf } from "./testing/cases.ts";
import { type Core, instantiateCore, loadCore } from "./testing/core.ts";
import { drawsFrom } from "./testing/draws.ts";

const MARGIN = 4;

/** The dearest run and check so far. */
class Dearest {
  run = 0;
  check = 0;

  measure(core: Core, input: Uint8Array, assets: readonly Uint8Array[]): Uint8Array {
    const result = core.run(input, assets);
    this.run = Math.max(this.run, core.fuelUsed);
    if (result.type === "err") throw new Error(`Cannot measure: ${result.message}`);
    const verdict = core.check(input, assets, result.output, 1n);
    this.check = Math.max(this.check, core.fuelUsed);
    if (verdict.type === "err") throw new Error(`Cannot measure: ${verdict.message}`);
    return result.output;
  }

  report(kernel: string): void {
    for (const [what, fuel] of [["run", this.run], ["check", this.check]] as const) {
      console.log(`${kernel} ${what}: ${fuel} at most, budget ${roundedUp(MARGIN * fuel)}`);
    }
  }
}

function roundedUp(fuel: number): number {
  const unit = 10 ** (Math.floor(Math.log10(fuel)) - 1);
  return Math.ceil(fuel / unit) * unit;
}

async function measurePathfind(): Promise<void> {
  const side = 2_048;
  const draw = drawsFrom(1);
  const maps: readonly TestMap[] = [
    noiseMap(side, side, 0.35, draw),
    roomMap(side, side, 16, draw),
    mazeMap(side, side, 1, 0.01, draw),
    mazeMap(side, side, 8, 0.1, draw),
  ];
  const core = instantiateCore(await loadCore(pathfind.id, pathfind.version));
  const dearest = new Dearest();
  for (const map of maps) {
    const input = pathfind.encodeInput({ pairs: drawFreePairs(map, 64, draw) });
    dearest.measure(core, input, [pathfind.encodeGrid(map)]);
  }
  dearest.report(pathfind.id);
}

async function measurePhysics(): Promise<void> {
  const core = instantiateCore(await loadCore(physics.id, physics.version));
  const dearest = new Dearest();
  for (let scene of [pile(500, 1), pile(500, 2, 1), stack(500)] as PhysicsInput[]) {
    for (let step = 0; step < 120; step++) {
      scene = physics.decodeOutput(dearest.measure(core, physics.encodeInput(scene), [])).state;
    }
  }
  dearest.report(physics.id);
}

async function measureVectors(kernel: KernelName): Promise<void> {
  const core = instantiateCore(await loadCore(kernel, versionOf[kernel]));
  const dearest = new Dearest();
  for (const { input, assets } of await casesOf[kernel]()) dearest.measure(core, input, assets);
  console.log(`${kernel}: dearest vector, run ${dearest.run}, check ${dearest.check}`);
}

for (const kernel of ["flowfield", "mesh", "terrain"] as const) await measureVectors(kernel);
await measurePathfind();
await measurePhysics();
