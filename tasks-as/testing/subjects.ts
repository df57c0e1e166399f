/** Every kernel whose check is measured. */
import { subject as flowfield } from "../flowfield/testing/lies.ts";
import { costlySubject, provedSubject } from "../pathfind/testing/costly_lies.ts";
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
  readonly title: string;
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

/** A kernel's measurement, by the title of its table. */
interface Measurement {
  readonly title: string;
  readonly measure: (effort: Effort) => Promise<Measured>;
}

const measurements: readonly Measurement[] = [
  measureOf(pathfind),
  measureOf(provedSubject),
  measureOf(costlySubject),
  measureOf(flowfield),
  measureOf(physics),
  measureOf(terrain),
  measureOf(mesh),
];

/** Measures all of them, in the order of the page, or the one of the title `only`. */
export async function* measureAll(effort: Effort, only?: string): AsyncGenerator<Measured> {
  for (const { title, measure } of measurements) {
    if (only === undefined || only === title) yield await measure(effort);
  }
}

/** Hides the kernel's own kind of task, so that all subjects fit one table. */
function measureOf<Task extends HonestTask>(subject: Subject<Task>): Measurement {
  const title = subject.title ?? subject.kernel;
  return {
    title,
    measure: async ({ tasks: count, liesEach, seed }) => {
      const core = instantiateCore(await loadCore(subject.kernel, subject.version));
      const tasks = subject.honestTasks(core, count, drawsFrom(seed));
      return {
        title,
        about: subject.about,
        cost: measureCost(core, tasks, drawsFrom(seed + 1)),
        lies: measureLies(subject, core, tasks, liesEach, drawsFrom(seed + 2)),
      };
    },
  };
}
