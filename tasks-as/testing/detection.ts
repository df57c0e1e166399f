/**
 * How `check` is measured: lies told about honest tasks, counted by what `check` says to them, and its cost
 * beside that of `run`. Each kernel states its tasks and lies in `testing/lies.ts` as one `Subject`; the bench
 * `detection` makes the tables of docs/trust.md from them, trials.ts the tests.
 */
import type { Core } from "./core.ts";
import { type Draw, drawOne, drawSeed } from "./draws.ts";

/** The kinds of lies, as docs/trust.md lists them. */
export const lieKinds = [
  "random element",
  "stale answer",
  "lazy answer",
  "subtle shift",
  "last bit",
  "suboptimal",
  "a tenth wrong",
] as const;

/** One of the kinds. */
export type LieKind = (typeof lieKinds)[number];

/**
 * How much a lie harms. Wanted: d ≥ 0.99 for what is `gross`, d ≥ 0.6 for what `matters` (a tenth of the
 * elements, or the kernel's own measure of harm); what is `fine` is reported.
 */
export type LieWeight = "gross" | "matters" | "fine";

/** The d that is wanted of each weight. */
export const detectionWanted: Readonly<Record<LieWeight, number>> = { gross: 0.99, matters: 0.6, fine: 0 };

/** A task with its right answer. A kernel's own tasks may carry more. */
export interface HonestTask {
  readonly input: Uint8Array;
  readonly assets: readonly Uint8Array[];
  readonly output: Uint8Array;
}

/** What a liar has at hand. */
export interface Occasion<Task extends HonestTask = HonestTask> {
  readonly core: Core;
  /** All tasks of the campaign, the one in question too. */
  readonly others: readonly Task[];
  readonly draw: Draw;
}

/** A way to answer wrongly. */
export interface Lie<Task extends HonestTask = HonestTask> {
  /** What is told, in a few words; unique within the kernel. */
  readonly name: string;
  readonly kind: LieKind;
  readonly weight: LieWeight;
  /** The share that tests hold `check` to, a little below what is measured; 0 where it is only reported. */
  readonly least: number;
  /** The wrong output, or undefined when this task offers no chance for it. */
  tell(task: Task, occasion: Occasion<Task>): Uint8Array | undefined;
}

/** A kernel, the tasks its check is measured with, and the lies told about them. */
export interface Subject<Task extends HonestTask = HonestTask> {
  readonly kernel: string;
  /** The heading of its table, where a kernel has more than one subject; else the kernel's name. */
  readonly title?: string;
  readonly version: string;
  /** What the tasks are, for the page. */
  readonly about: string;
  /** `count` tasks as a game sends them, answered by the kernel. */
  honestTasks(core: Core, count: number, draw: Draw): Task[];
  readonly lies: readonly Lie<Task>[];
}

/** What became of one kind of lie. */
export interface Detection {
  readonly name: string;
  readonly kind: LieKind;
  readonly weight: LieWeight;
  readonly least: number;
  readonly told: number;
  readonly caught: number;
}

/** A task may offer no chance for a lie: so many tries per lie wanted, then the campaign moves on. */
const TRIES_PER_LIE = 8;

/** Tells every lie about `count` drawn tasks, each under a fresh seed of `check`. */
export function measureLies<Task extends HonestTask>(
  { lies }: Subject<Task>,
  core: Core,
  tasks: readonly Task[],
  count: number,
  draw: Draw,
): Detection[] {
  const occasion = { core, others: tasks, draw };
  return lies.map((lie) => {
    let told = 0;
    let caught = 0;
    for (let tries = 0; tries < count * TRIES_PER_LIE && told < count; tries++) {
      const task = drawOne(draw, tasks);
      const output = lie.tell(task, occasion);
      if (output === undefined || sameBytes(output, task.output)) continue;
      told += 1;
      if (core.check(task.input, task.assets, output, drawSeed(draw)).type === "err") caught += 1;
    }
    const { name, kind, weight, least } = lie;
    return { name, kind, weight, least, told, caught };
  });
}

/** What `run` and `check` cost, µs per task, and their ratio: of the sums, and of the median task. */
export interface CheckCost {
  readonly runUs: number;
  readonly checkUs: number;
  readonly shareMean: number;
  readonly shareMedian: number;
}

const REPEATS = 3;
const SEEDS_PER_TASK = 12;

/**
 * Times `run` and, under several seeds, `check` of every task. Each call is repeated and the fastest counts:
 * other programs share the cores. Both include the copying of input, assets and output into the instance.
 */
export function measureCost(core: Core, tasks: readonly HonestTask[], draw: Draw): CheckCost {
  const times = tasks.map(({ input, assets, output }) => {
    const runUs = fastestUs(() => core.run(input, assets));
    let checkUs = 0;
    for (let i = 0; i < SEEDS_PER_TASK; i++) {
      const seed = drawSeed(draw);
      checkUs += fastestUs(() => core.check(input, assets, output, seed)) / SEEDS_PER_TASK;
    }
    return { runUs, checkUs };
  });
  const runUs = times.reduce((sum, time) => sum + time.runUs, 0) / times.length;
  const checkUs = times.reduce((sum, time) => sum + time.checkUs, 0) / times.length;
  const shares = times.map((time) => time.checkUs / time.runUs).sort((a, b) => a - b);
  return { runUs, checkUs, shareMean: checkUs / runUs, shareMedian: shares[shares.length >> 1] ?? NaN };
}

function fastestUs(call: () => void): number {
  let fastest = Infinity;
  for (let i = 0; i < REPEATS; i++) {
    const start = performance.now();
    call();
    fastest = Math.min(fastest, (performance.now() - start) * 1000);
  }
  return fastest;
}

/** Whether two byte strings are equal. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
