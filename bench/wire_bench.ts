// Bytes on the wire per byte of payload: counted behind real sockets by a proxy between coordinator, workers and
// backend, in packets of an MTU of 1,500 with TCP and IP. deno task bench wire [--write] [--json] [--quick]: 25 seconds.
// Goal: at most 1.10 at 1 KiB, batched, in the direction of the data.
import { markdownTable } from "./page_section.ts";
import { type Counted, CountingProxy } from "./stage/counting_proxy.ts";
import { publish, readFlags, withCrew } from "./stage/program.ts";
import { startFleet, startLoad, startStagedCoordinator } from "./stage/stage.ts";

const payloadBytes = 1_024;

/** One way of the four that bytes take, in one way of asking. */
export interface WireRow {
  readonly asked: string;
  readonly way: string;
  readonly tasksPerFrame: number;
  readonly ratio: number;
}

/** What was measured. */
export interface WireFigures {
  readonly rows: readonly WireRow[];
  /** Of one idle worker connection, each second, both directions. */
  readonly idleWireBytesPerS: number;
}

const cases = [
  { asked: "8 workers, 256 in flight", workers: 8, window: 32, depth: 256 },
  { asked: "100 workers, 256 in flight", workers: 100, window: 8, depth: 256 },
  { asked: "100 workers, one at a time", workers: 100, window: 8, depth: 1 },
] as const;

async function measureCase(
  { asked, workers, window, depth }: (typeof cases)[number],
  measureMs: number,
  idleMs: number,
): Promise<{ readonly rows: readonly WireRow[]; readonly idle: number }> {
  // The processes end before the proxies between them.
  using stack = new DisposableStack();
  return await withCrew(async (crew, folder) => {
    const coordinator = await startStagedCoordinator(crew, folder, "coordinator");
    const toWorkers = stack.use(new CountingProxy(new URL(coordinator.url)));
    const toBackend = stack.use(new CountingProxy(new URL(coordinator.url)));
    await startFleet(crew, "fleet", toWorkers.url, workers, window);
    const load = await startLoad(crew, "load", toBackend.url, [coordinator.key]);
    const order = {
      ...{ inputBytes: payloadBytes, outputBytes: payloadBytes },
      pace: { type: "closed", depth },
      warmMs: 0,
    } as const;
    await load.run({ ...order, measureMs: measureMs / 2 });
    toWorkers.take();
    toBackend.take();
    const { answered } = await load.run({ ...order, measureMs });
    const [worker, backend] = [toWorkers.take(), toBackend.take()];
    const row = (way: string, counted: Counted): WireRow => ({
      asked,
      way,
      tasksPerFrame: answered / counted.frames,
      ratio: counted.wireBytes / (answered * payloadBytes),
    });
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    const { up, down } = toWorkers.take();
    return {
      rows: [
        row("backend → coordinator", backend.up),
        row("coordinator → worker", worker.down),
        row("worker → coordinator", worker.up),
        row("coordinator → backend", backend.down),
      ],
      idle: (up.wireBytes + down.wireBytes) / workers / (idleMs / 1000),
    };
  });
}

function page({ rows, idleWireBytesPerS }: WireFigures): string {
  const lines = rows.map(({ asked, way, tasksPerFrame, ratio }, at) => [
    rows[at - 1]?.asked === asked ? "" : asked,
    way,
    tasksPerFrame.toFixed(1),
    ratio.toFixed(3),
  ]);
  const table = markdownTable(["asked", "way", "tasks a frame", "wire bytes per byte of payload"], lines);
  return `${table}\n\nAn idle worker connection: ${
    idleWireBytesPerS.toFixed(0)
  } bytes a second, both directions, acknowledgements left out.`;
}

if (import.meta.main) {
  const flags = readFlags();
  const [measureMs, idleMs] = flags.quick ? [200, 200] : [1_000, 5_000];
  const measured = [];
  for (const each of cases) measured.push(await measureCase(each, measureMs, idleMs));
  const figures: WireFigures = {
    rows: measured.flatMap(({ rows }) => rows),
    idleWireBytesPerS: measured[1]!.idle,
  };
  await publish(flags, {
    page: "docs/performance.md",
    section: "wire",
    text: page(figures),
    figures,
    keep: true,
  });
}
