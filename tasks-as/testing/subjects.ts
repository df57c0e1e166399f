/** Every kernel whose check is measured. */
import { subject as mesh } from "../mesh/testing/lies.ts";
import { subject as pathfind } from "../pathfind/testing/lies.ts";
import { subject as physics } from "../physics/testing/lies.ts";
import { subject as terrain } from "../terrain/testing/lies.ts";
import { instantiateCore, loadCore } from "./core.ts";
import {
  type CheckCost,
  type Detection,
  type HonestTask,
  measureCost,
  measureLies,
  type Subject,
} from "./detection.ts";
import { drawsFrom } from "./draws.ts";

/** What was measured of one kernel. */
export interface Measured {
  readonly kernel: string;
  readonly about: string;
  readonly cost: CheckCost;
  readonly lies: readonly Detection[];
}

/** How much is measured. */
export interface Effort {
  readonly tasks: number;
  readonly liesEach: number;
  readonly seed: number;
}

const measures: Readonly<Record<string, (effort: Effort) => Promise<Measured>>> = {
  pathfind: measureOf(pathfind),
  physics: measureOf(physics),
  terrain: measureOf(terrain),
  mesh: measureOf(mesh),
};

/** The kernels by name, in the order of the page. */
export const measuredKernels: readonly string[] = Object.keys(measures);

/** Measures one of {@link measuredKernels}. */
export async function measure(kernel: string, effort: Effort): Promise<Measured> {
  const one = measures[kernel];
  if (one === undefined) throw new RangeError(`Cannot measure ${kernel}: expected one of ${measuredKernels}`);
  return await one(effort);
}

/** Hides the kernel's own kind of task, so that all subjects fit one table. */
function measureOf<Task extends HonestTask>(subject: Subject<Task>): (effort: Effort) => Promise<Measured> {
  return async ({ tasks: count, liesEach, seed }) => {
    const core = instantiateCore(await loadCore(subject.kernel, subject.version));
    const tasks = subject.honestTasks(core, count, drawsFrom(seed));
    return {
      kernel: subject.kernel,
      about: subject.about,
      cost: measureCost(core, tasks, drawsFrom(seed + 1)),
      lies: measureLies(subject, core, tasks, liesEach, drawsFrom(seed + 2)),
    };
  };
}
