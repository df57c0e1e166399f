/** Digests of inputs and outputs of the built kernel, so that a version that computes anything else is noticed. */
import type { PhysicsInput } from "../codec.ts";
import { pile, stack, turmoil } from "../testing/scenes.ts";
import { type Task, tasksOf } from "../testing/world.ts";

export interface Golden {
  readonly scene: string;
  readonly step: number;
  readonly inputSha256: string;
  readonly outputSha256: string;
}

const SCENES: readonly [string, PhysicsInput, readonly number[]][] = [
  ["stack of ten", stack(10), [1, 60, 600]],
  ["pile of 200", pile(200, 1), [1, 60, 150]],
  ["pile of 400 boxes", pile(400, 2, 1), [30]],
  ["turmoil 5", turmoil(5), [1, 40]],
  ["turmoil 12", turmoil(12), [25]],
];

/** Runs the scenes and digests the chosen steps. */
export async function goldenDigests(): Promise<Golden[]> {
  const digests: Golden[] = [];
  for (const [scene, start, steps] of SCENES) {
    const tasks = tasksOf(start, Math.max(...steps));
    for (const step of steps) {
      const { input, output } = tasks[step - 1] as Task;
      digests.push({ scene, step, inputSha256: await sha256(input), outputSha256: await sha256(output) });
    }
  }
  return digests;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

if (import.meta.main) console.log(JSON.stringify(await goldenDigests()));
