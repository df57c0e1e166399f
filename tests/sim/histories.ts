// What tests of the core begin with: a quiet world, and steady work in it.
import { assert } from "../deps.ts";
import type { Outcome } from "../../coordinator/ports.ts";
import type { SchedulerConfig, TaskSpec } from "../../coordinator/scheduler/mod.ts";
import { type Behaviour, simKernel, trustedRecord, truth, World } from "./world.ts";

/** The kernel of a quiet world. */
export const kernel = simKernel(1);
/** What the store knows of a worker that is trusted with it. */
export const record = trustedRecord([kernel]);
/** A worker that is trusted with it. */
export const trusted: Behaviour = { serviceMs: 8, record };
/** A worker that answers only when the test says so. */
export const puppet: Behaviour = { ...trusted, silent: true };
/** What a machine says that cannot compute. */
export const broken: Outcome = {
  type: "failure",
  code: "kernel.environment",
  message: "",
  fuel: 0,
  computeUs: 0,
};

/** A world in which nothing is drawn for a recheck unless a test says so. */
export function quiet(config: Partial<SchedulerConfig> = {}, seed = 1): World {
  const world = new World(seed, [kernel], config);
  world.draw = () => 0.999;
  return world;
}

/** Submits tasks one after the other; their numbers, once they are all submitted. */
export function submitEvery(
  world: World,
  everyMs: number,
  count: number,
  deadlineMs: number,
  options: Partial<TaskSpec> = {},
): readonly number[] {
  const tasks: number[] = [];
  const submit = () => tasks.push(world.submit(deadlineMs, options));
  for (let no = 0; no < count; no++) world.after(no * everyMs, submit);
  return tasks;
}

/** Teaches the scheduler how fast trusted compute is. */
export function warmUp(world: World): void {
  submitEvery(world, 10, 20, 100);
  world.run(400);
}

/** Lets a puppet answer the nth task it got: the truth, a lie, or the truth with other claims. */
export function answer(
  world: World,
  worker: number,
  nth: number,
  change: Partial<Outcome> & { readonly lie?: boolean } = {},
): void {
  const { attempt, fence, work } = world.assigned(worker)[nth]!;
  const right = truth(work);
  assert.ok(right.type === "output");
  const { lie, ...claims } = change;
  const output = lie === true ? right.output.map((byte) => byte ^ 1) : right.output;
  const outcome = { ...right, output, ...claims } as Outcome;
  world.raise({ type: "answered", worker, attempt, fence, outcome, draw: world.draw(), seed: 0n });
}

/** How tasks ended: how many on each tier, and with each code. */
export function tiers(world: World, tasks: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const task of tasks) {
    const { effect } = world.ending(task);
    const tier = effect.type === "reply" ? effect.tier : effect.code;
    counts[tier] = (counts[tier] ?? 0) + 1;
  }
  return counts;
}
