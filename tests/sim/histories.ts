// What tests of the core begin with: a quiet world, and steady work in it.
import { type Behaviour, simKernel, trustedRecord, World } from "./world.ts";
import type { SchedulerConfig, TaskSpec } from "../../coordinator/scheduler/mod.ts";

/** The kernel of a quiet world. */
export const kernel = simKernel(1);
/** A worker that is trusted with it. */
export const trusted: Behaviour = { serviceMs: 8, record: trustedRecord([kernel]) };

/** A world in which nothing is drawn for a recheck unless a test says so. */
export function quiet(config: Partial<SchedulerConfig> = {}, seed = 1): World {
  const world = new World(seed, [kernel], config);
  world.draw = () => 0.999;
  return world;
}

/** Submits tasks one after the other. */
export function submitEvery(
  world: World,
  everyMs: number,
  count: number,
  deadlineMs: number,
  options: Partial<TaskSpec> = {},
): void {
  for (let no = 0; no < count; no++) world.after(no * everyMs, () => world.submit(deadlineMs, options));
}
