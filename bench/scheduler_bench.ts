// One decision of the scheduler: submit → assign → answer → check → reply, against the number of workers and of waiting tasks.
// deno task bench scheduler [--write] [--json]: --write puts the figures into docs/scheduling.md and draws them.
import type { Outcome } from "../coordinator/ports.ts";
import { createState, type Effect, schedulerConfig, type State, step } from "../coordinator/scheduler/mod.ts";
import { simKernel, trustedRecord } from "../tests/sim/world.ts";
import { lineChart } from "./line_chart.ts";

interface SchedulerRow {
  readonly workers: number;
  readonly queued: number;
  readonly tasks: number;
  /** Nanoseconds for a whole task: submitted, answered, checked. */
  readonly nsPerTask: number;
}

const kernel = simKernel(1);
const outcome: Outcome = { type: "output", output: new Uint8Array(100), fuel: 1000 + 10 * 64, computeUs: 50 };

function populated(workers: number, queued: number): State {
  const state = createState(schedulerConfig([kernel], 1, { queuedTasksMax: 2_000_000, youngShareMax: 1 }));
  const out: Effect[] = [];
  for (let no = 1; no <= workers; no++) {
    const record = trustedRecord([kernel]);
    const spec = {
      worker: no,
      id: `w${no}`,
      network: `n${no}`,
      tier: "peer",
      invite: null,
      slots: 1,
      window: 8,
      tags: [],
      record,
    } as const;
    step(state, { type: "joined", nowMs: 0, spec }, out);
    step(state, { type: "kernelReady", nowMs: 0, worker: no, kernel: 1, ready: true }, out);
  }
  for (let no = 0; no < queued + 2 * workers; no++) submit(state, 1e9 + no, 0, out);
  return state;
}

function submit(state: State, task: number, nowMs: number, out: Effect[]): void {
  const input = new Uint8Array(64);
  const spec = {
    task,
    project: 1,
    backend: 1,
    request: task,
    kernel: 1,
    input,
    assets: [],
    fuelLimit: 1e6,
    identity: String(task),
    dueMs: 10_000_000 + task % 1000,
    priority: 0,
    verify: "sampled",
    weight: 1,
    exclude: [],
  } as const;
  step(state, { type: "submitted", nowMs, spec }, out);
}

/** Every task submitted pushes one out of the queue: what is answered makes room for what waits. */
export function measureScheduler(workers: number, queued: number, tasks: number): SchedulerRow {
  const state = populated(workers, queued);
  const assigned = [...state.attempts.values()].map((attempt) => ({
    worker: attempt.worker.spec.worker,
    attempt: attempt.no,
    fence: attempt.fence,
  }));
  const out: Effect[] = [];
  let next = 0;
  const startMs = performance.now();
  for (let no = 0; no < tasks; no++) {
    out.length = 0;
    submit(state, 2e9 + no, no * 1e-3, out);
    const { worker, attempt, fence } = assigned[next++]!;
    step(
      state,
      { type: "answered", nowMs: no * 1e-3, worker, attempt, fence, outcome, draw: 0.9, seed: 0n },
      out,
    );
    step(
      state,
      { type: "checked", nowMs: no * 1e-3, attempt, again: false, verdict: "passed", message: "" },
      out,
    );
    // What was done for this task may ask trusted compute, and that may give somebody work again.
    for (let at = 0; at < out.length; at++) {
      const effect = out[at]!;
      if (effect.type === "assign") {
        assigned.push({ worker: effect.worker, attempt: effect.attempt, fence: effect.fence });
      } else if (effect.type === "compute") {
        step(state, { type: "computed", nowMs: no * 1e-3, run: effect.run, outcome }, out);
      }
    }
  }
  const nsPerTask = Math.round((performance.now() - startMs) * 1e6 / tasks);
  return { workers, queued, tasks, nsPerTask };
}

/** Workers by tasks waiting: each grows while the other stays. */
const byQueue = [100, 1_000, 10_000, 100_000, 1_000_000].map((queued) => [100, queued] as const);
const byWorkers = [10, 100, 1_000, 10_000].map((workers) => [workers, 1_000] as const);

const page = new URL("../docs/scheduling.md", import.meta.url);
const chart = new URL("../docs/scheduling.svg", import.meta.url);

/** Puts the figures into the page, between their marks, and draws them beside it. */
async function write(queues: readonly SchedulerRow[], fleets: readonly SchedulerRow[]): Promise<void> {
  const lines = [
    {
      name: "tasks waiting (100 workers)",
      points: queues.map((row) => [row.queued, row.nsPerTask] as const),
    },
    {
      name: "workers (1,000 tasks waiting)",
      points: fleets.map((row) => [row.workers, row.nsPerTask] as const),
    },
  ];
  const title = "One task through the core: submitted, placed, answered, checked, next one dispatched";
  await Deno.writeTextFile(chart, lineChart(title, "how many", "ns per task", lines));
  const rows = [...queues, ...fleets].map(({ workers, queued, nsPerTask }) =>
    `| ${workers.toLocaleString("en")} | ${queued.toLocaleString("en")} | ${nsPerTask.toLocaleString("en")} |`
  );
  const table = ["| workers | tasks waiting | ns per task |", "| --: | --: | --: |", ...rows].join("\n");
  const text = await Deno.readTextFile(page);
  const marked = /(<!-- measured: scheduler -->\n)[\s\S]*?(\n<!-- end -->)/;
  if (!marked.test(text)) throw new Error(`Cannot write figures: ${page.pathname} has no place for them`);
  await Deno.writeTextFile(page, text.replace(marked, `$1\n${table}\n$2`));
}

function print(rows: readonly SchedulerRow[]): void {
  console.log("workers   queued   ns per task");
  for (const { workers, queued, nsPerTask } of rows) {
    console.log(`${`${workers}`.padStart(7)}  ${`${queued}`.padStart(7)}  ${`${nsPerTask}`.padStart(12)}`);
  }
}

if (import.meta.main) {
  measureScheduler(100, 100, 50_000);
  const queues = byQueue.map(([workers, queued]) => measureScheduler(workers, queued, 100_000));
  const fleets = byWorkers.map(([workers, queued]) => measureScheduler(workers, queued, 100_000));
  const rows = [...queues, ...fleets];
  if (Deno.args.includes("--write")) await write(queues, fleets);
  if (Deno.args.includes("--json")) console.log(JSON.stringify(rows));
  else print(rows);
}
