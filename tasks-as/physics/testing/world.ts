/** Steps states with the built kernel. */
import { type Core, instantiateCore, loadCore } from "../../testing/core.ts";
import type { HonestTask } from "../../testing/detection.ts";
import { physics, type PhysicsInput } from "../codec.ts";

/** One call of the kernel: what went in and what came out. */
export interface Task extends HonestTask {
  readonly input: Uint8Array<ArrayBuffer>;
  readonly output: Uint8Array<ArrayBuffer>;
}

export const core: Core = instantiateCore(await loadCore(physics.id, physics.version));

/** One step; an input that the kernel refuses is a failure of the test. */
export function stepBytes(input: Uint8Array): Uint8Array<ArrayBuffer> {
  const result = core.run(input, []);
  if (result.type === "err") throw new Error(`the kernel refused a step: ${result.message}`);
  return result.output;
}

/** Runs `steps` steps and shows every state to `watch`; returns the last state. */
export function simulate(
  start: PhysicsInput,
  steps: number,
  watch?: (state: PhysicsInput, step: number) => void,
): PhysicsInput {
  let input = physics.encodeInput(start);
  for (let step = 1; step <= steps; step++) {
    input = physics.nextInput(stepBytes(input));
    watch?.(physics.decodeInput(input), step);
  }
  return physics.decodeInput(input);
}

/** The calls that a simulation makes. */
export function tasksOf(start: PhysicsInput, steps: number): Task[] {
  const tasks: Task[] = [];
  let input = physics.encodeInput(start);
  for (let step = 0; step < steps; step++) {
    const output = stepBytes(input);
    tasks.push({ input, assets: [], output });
    input = physics.nextInput(output);
  }
  return tasks;
}
