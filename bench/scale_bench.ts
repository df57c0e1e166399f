// How cost grows: tasks a second, the coordinator's CPU per task and latency against workers, payload, tasks waiting
// and projects. deno task bench scale [--write] [--json] [--quick]: about two minutes; --write puts the figures into
// docs/scaling.md and draws them.
import { type Line, lineChart } from "./line_chart.ts";
import { markdownTable, writeFormatted } from "./page_section.ts";
import type { Order } from "./stage/order.ts";
import { publish, readFlags, withCrew } from "./stage/program.ts";
import type { Generator } from "./stage/processes.ts";
import {
  makeProjects,
  measureOrder,
  type Memory,
  type StagedCoordinator,
  type StageFigures,
  startFleet,
  startLoad,
  startStagedCoordinator,
  warmUp,
} from "./stage/stage.ts";

/** What grows while the rest stays: 100 workers, 180 B in and 100 B out, one project, 256 in flight. */
export type Axis = "workers" | "payload" | "waiting" | "projects";

/** One point. */
export interface ScalePoint extends StageFigures {
  readonly axis: Axis;
  readonly size: number;
  /** Of the axis of waiting tasks: what the coordinator held meanwhile. */
  readonly memory: Memory | null;
}

const axes: Readonly<Record<Axis, { readonly title: string; readonly sizes: readonly number[] }>> = {
  workers: { title: "workers", sizes: [1, 10, 100, 1_000, 5_000] },
  payload: { title: "bytes in and bytes out, 16 in flight", sizes: [64, 1_024, 16_384, 65_536, 262_144] },
  waiting: { title: "tasks that wait behind those in flight", sizes: [100, 1_000, 10_000, 90_000] },
  projects: { title: "projects, 1,024 in flight", sizes: [1, 10, 100, 1_000] },
};
/** The same for a look whether all of it works. */
const quickSizes: Readonly<Record<Axis, readonly number[]>> = {
  workers: [1, 20],
  payload: [64, 4_096],
  waiting: [100, 2_000],
  projects: [1, 4],
};
const workersUsual = 100;
const depth = 256;
const depthPayload = 16;
const depthProjects = 1_024;
const small = { inputBytes: 180, outputBytes: 100 } as const;
const perSessionMax = 1_000;
/** The longest there is: tasks that wait come after all others. */
const waitingDeadlineMs = 60_000;

interface Pacing {
  readonly quick: boolean;
  readonly warmMs: number;
  readonly measureMs: number;
}

const closed = (inFlight: number): Order["pace"] => ({ type: "closed", depth: inFlight });

async function byWorkers(sizes: readonly number[], { quick, ...pacing }: Pacing): Promise<ScalePoint[]> {
  return await withCrew(async (crew, folder) => {
    const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
    const load = await startLoad(crew, "load", coordinator.url, [coordinator.key]);
    const points: ScalePoint[] = [];
    let here = 0;
    for (const size of sizes) {
      await startFleet(crew, `fleet of ${size - here}`, coordinator.url, size - here);
      if (here === 0) await warmUp(load, quick);
      here = size;
      const order = { ...small, pace: closed(depth), ...pacing };
      points.push(await pointOf("workers", size, coordinator, load, order));
    }
    return points;
  });
}

async function byPayload(sizes: readonly number[], { quick, ...pacing }: Pacing): Promise<ScalePoint[]> {
  return await withCrew(async (crew, folder) => {
    const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
    await startFleet(crew, "fleet", coordinator.url, workersUsual);
    const load = await startLoad(crew, "load", coordinator.url, [coordinator.key]);
    await warmUp(load, quick);
    const points: ScalePoint[] = [];
    for (const size of sizes) {
      const order = { inputBytes: size, outputBytes: size, pace: closed(depthPayload), ...pacing };
      points.push(await pointOf("payload", size, coordinator, load, order));
    }
    return points;
  });
}

async function byProjects(sizes: readonly number[], { quick, ...pacing }: Pacing): Promise<ScalePoint[]> {
  return await withCrew(async (crew, folder) => {
    const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
    await startFleet(crew, "fleet", coordinator.url, workersUsual);
    const keys = await makeProjects(coordinator, Math.max(...sizes));
    await warmUp(await startLoad(crew, "warm-up", coordinator.url, [coordinator.key]), quick);
    const points: ScalePoint[] = [];
    for (const size of sizes) {
      const load = await startLoad(crew, `load of ${size}`, coordinator.url, keys.slice(0, size));
      const order = { ...small, pace: closed(depthProjects), ...pacing };
      points.push(await pointOf("projects", size, coordinator, load, order));
      load.abandon();
    }
    return points;
  });
}

/** Behind 256 tasks that keep all workers busy, others wait that are due much later: more and more of them. */
async function byWaiting(sizes: readonly number[], { quick, ...pacing }: Pacing): Promise<ScalePoint[]> {
  return await withCrew(async (crew, folder) => {
    const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
    const { url, key } = coordinator;
    await startFleet(crew, "fleet", url, workersUsual, 1);
    const load = await startLoad(crew, "load", url, [key]);
    await warmUp(load, quick);
    const points: ScalePoint[] = [];
    const waiting: Generator[] = [];
    let here = 0;
    for (const size of sizes) {
      const sessions = new Array<string>(Math.ceil((size - here) / perSessionMax)).fill(key);
      const more = await startLoad(crew, `${size} waiting`, url, sessions);
      waiting.push(more);
      const asked = { ...small, pace: closed(size - here), deadlineMs: waitingDeadlineMs };
      // Nobody waits for its figures: it is there to have tasks wait, longer than all of this takes.
      void more.run({ ...asked, warmMs: waitingDeadlineMs, measureMs: waitingDeadlineMs });
      here = size;
      await untilWaiting(coordinator, size);
      const order = { ...small, pace: closed(depth), ...pacing };
      const point = await pointOf("waiting", size, coordinator, load, order);
      const held = load.run(order);
      const memory = await coordinator.memory();
      await held;
      points.push({ ...point, memory });
    }
    for (const each of waiting) each.abandon();
    return points;
  });
}

/** Until nearly all of them are there: some are always on their way. */
async function untilWaiting(coordinator: StagedCoordinator, size: number): Promise<void> {
  const untilMs = performance.now() + waitingDeadlineMs / 2;
  for (;;) {
    const { queue } = await coordinator.tasks() as unknown as { queue: { waiting: number } };
    if (queue.waiting >= 0.9 * size - workersUsual) return;
    if (performance.now() > untilMs) throw new Error(`only ${queue.waiting} of ${size} tasks wait`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function pointOf(
  axis: Axis,
  size: number,
  coordinator: StagedCoordinator,
  load: Generator,
  order: Order,
): Promise<ScalePoint> {
  const figures = await measureOrder(coordinator, load, order);
  const atS = (performance.now() / 1000).toFixed(0);
  console.error(`${atS} s: ${title(axis)}, ${size}: ${Math.round(figures.tasksPerS)} tasks/s`);
  return { axis, size, memory: null, ...figures };
}

const title = (axis: Axis): string => axes[axis].title;

function page(points: readonly ScalePoint[]): string {
  const rows = points.map((point, at) => [
    points[at - 1]?.axis === point.axis ? "" : title(point.axis),
    point.size.toLocaleString("en"),
    Math.round(point.tasksPerS).toLocaleString("en"),
    point.coordinatorUs.toFixed(1),
    point.p50Ms.toFixed(1),
    point.p99Ms.toFixed(1),
    point.coordinatorCore.toFixed(2),
    point.clientCore.toFixed(2),
    point.failed,
  ]);
  const head = ["what grows", "to", "tasks/s", "CPU a task, µs", "p50, ms", "p99, ms"];
  const table = markdownTable([...head, "coordinator's core", "client's core", "failed"], rows);
  const pictures = charts.map(({ file, title }) => `![${title}](${file})`).join("\n");
  return `${pictures}\n\n${table}\n\nA waiting task of 180 bytes holds ${
    (bytesPerWaiting(points) / 1024).toFixed(2)
  } KiB of the coordinator's memory.`;
}

/** What grows by numbers, and what by bytes: their lines do not fit into one picture. */
const counted: readonly Axis[] = ["workers", "waiting", "projects"];
const weighed: readonly Axis[] = ["payload"];

/** What is drawn, one picture each. */
const charts = [
  {
    ...{
      file: "scaling-throughput.svg",
      title: "Tasks a second",
      x: "how many",
      unit: "tasks/s",
      lines: counted,
    },
    of: (point: ScalePoint) => point.tasksPerS,
  },
  {
    ...{
      file: "scaling-cpu.svg",
      title: "Coordinator's CPU per task",
      x: "how many",
      unit: "µs",
      lines: counted,
    },
    of: (point: ScalePoint) => point.coordinatorUs,
  },
  {
    ...{
      file: "scaling-p99.svg",
      title: "99th percentile of latency",
      x: "how many",
      unit: "ms",
      lines: counted,
    },
    of: (point: ScalePoint) => point.p99Ms,
  },
  {
    ...{
      file: "scaling-payload.svg",
      title: "Coordinator's CPU per task",
      x: "bytes",
      unit: "µs",
      lines: weighed,
    },
    of: (point: ScalePoint) => point.coordinatorUs,
  },
] as const;

/** Memory of JavaScript, by the difference between the two longest queues. */
export function bytesPerWaiting(points: readonly ScalePoint[]): number {
  const [few, many] = points.filter(({ axis }) => axis === "waiting").slice(-2);
  const held = (point: ScalePoint | undefined) =>
    (point?.memory?.heapBytes ?? NaN) + (point?.memory?.externalBytes ?? NaN);
  return (held(many) - held(few)) / ((many?.size ?? NaN) - (few?.size ?? NaN));
}

async function draw(points: readonly ScalePoint[]): Promise<void> {
  for (const { file, title: heading, x, unit, lines, of } of charts) {
    const drawn = lines.map((axis): Line => ({
      name: title(axis),
      points: points.filter((point) => point.axis === axis).map((point) => [point.size, of(point)] as const),
    }));
    await writeFormatted(`docs/${file}`, lineChart(heading, x, unit, drawn));
  }
}

const measures: Readonly<Record<Axis, typeof byWorkers>> = {
  workers: byWorkers,
  payload: byPayload,
  waiting: byWaiting,
  projects: byProjects,
};

if (import.meta.main) {
  const flags = readFlags();
  const { quick } = flags;
  const pacing = { quick, ...(quick ? { warmMs: 200, measureMs: 300 } : { warmMs: 500, measureMs: 1_500 }) };
  const points: ScalePoint[] = [];
  for (const axis of Object.keys(axes) as Axis[]) {
    points.push(...await measures[axis](quick ? quickSizes[axis] : axes[axis].sizes, pacing));
  }
  if (flags.write) await draw(points);
  await publish(flags, {
    page: "docs/scaling.md",
    section: "scale",
    text: page(points),
    figures: points,
    keep: true,
  });
}
