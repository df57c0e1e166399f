// What the coordinator's event loop does under load, function by function: starts one with an inspector, keeps 256 tasks
// in flight on 100 workers, and adds up self times. deno task bench profile [--write] [--json] [--quick]: 15 seconds.
// `--workers N`: that many connections; `--rate N`: so many tasks a second instead of 256 in flight.
import { parseArgs } from "node:util";
import type { Crew } from "../tools/demo/crew.ts";
import { markdownTable } from "./page_section.ts";
import type { Order } from "./stage/order.ts";
import { freePort } from "./stage/processes.ts";
import { publish, withCrew } from "./stage/program.ts";
import { type Profile, Profiler, type SelfTime } from "./stage/profiler.ts";
import {
  measureOrder,
  type StageFigures,
  startFleet,
  startLoad,
  startStagedCoordinator,
} from "./stage/stage.ts";

const depth = 256;
const rowsMax = 25;

/** Parts of the coordinator, by the files that a function can stand in; the first that fits. */
const areas: readonly (readonly [name: string, fits: (part: SelfTime) => boolean])[] = [
  ["garbage collection", ({ name }) => name === "(garbage collector)"],
  ["native code without a name (sockets, timers)", ({ name }) => name === "(program)"],
  ["scheduler core", ({ file }) => file.startsWith("coordinator/scheduler/")],
  ["gateway: sessions, task desk, identity", ({ file }) => file.startsWith("coordinator/gateway/")],
  ["books", ({ file }) => file.startsWith("coordinator/ledger/")],
  ["store", ({ file }) => file.startsWith("coordinator/store/") || /^(kysely|node:sqlite)/.test(file)],
  ["codec: parse, scan, measure, encode", ({ file }) => /^(protocol\/|msgpackr)/.test(file)],
  [
    "check, and handing rechecks to threads",
    ({ file }) => /^(sandbox\/|wasm:|coordinator\/local)/.test(file),
  ],
  ["the rest of the coordinator", ({ file }) => file.startsWith("coordinator/")],
  ["Deno's own modules", ({ file }) => /^(ext:|node:|deno:)/.test(file)],
  ["built-in functions", () => true],
];

interface Asked {
  readonly workers: number;
  readonly pace: Order["pace"];
  readonly measureMs: number;
}

interface Measured {
  readonly figures: StageFigures;
  readonly profile: Profile;
}

async function measure({ workers, pace, measureMs }: Asked, crew: Crew, folder: string): Promise<Measured> {
  const port = freePort();
  const flags = [`--inspect=127.0.0.1:${port}`];
  const coordinator = await startStagedCoordinator(crew, folder, "coordinator", { flags });
  await startFleet(crew, "fleet", coordinator.url, workers);
  const load = await startLoad(crew, "load", coordinator.url, [coordinator.key]);
  const order = { inputBytes: 180, outputBytes: 100, pace };
  await load.run({ ...order, warmMs: measureMs / 2, measureMs: 1 });
  const profiler = await Profiler.open(port);
  const { result: figures, profile } = await profiler.during(() =>
    measureOrder(coordinator, load, { ...order, warmMs: 0, measureMs })
  );
  profiler.close();
  return { figures, profile };
}

function page({ figures, profile }: Measured): string {
  const { answered } = figures;
  const busyUs = profile.functions.reduce((sum, { us }) => sum + us, 0);
  const line = (us: number) => [(us / answered).toFixed(2), `${(100 * us / busyUs).toFixed(1)} %`];
  const byArea = new Map<string, number>();
  for (const part of profile.functions) {
    const [name] = areas.find(([, fits]) => fits(part))!;
    byArea.set(name, (byArea.get(name) ?? 0) + part.us);
  }
  const head = ["µs a task", "share"];
  return [
    `${Math.round(figures.tasksPerS).toLocaleString("en")} tasks a second; the event loop was busy ${
      (100 * busyUs / profile.totalUs).toFixed(0)
    } % of the time, ${(busyUs / answered).toFixed(1)} µs a task. The whole process took ${
      figures.coordinatorUs.toFixed(1)
    } µs: the difference is threads that collect, compile and recheck, and the inspector (${
      (profile.inspectorUs / answered).toFixed(1)
    } µs). Times are of the wall clock, with what other programs took meanwhile.`,
    markdownTable(
      ["part", ...head],
      [...byArea].sort(([, a], [, b]) => b - a).map(([name, us]) => [name, ...line(us)]),
    ),
    markdownTable(
      ["function", "where", ...head],
      profile.functions.slice(0, rowsMax).map(({ name, file, us }) => [`\`${name}\``, file, ...line(us)]),
    ),
  ].join("\n\n");
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      workers: { type: "string", default: "100" },
      rate: { type: "string" },
    },
  });
  const { workers, rate } = values;
  const figures = await withCrew((crew, folder) => {
    const pace = rate === undefined
      ? { type: "closed", depth } as const
      : { type: "open", ratePerS: Number(rate) } as const;
    return measure({ workers: Number(workers), pace, measureMs: values.quick ? 500 : 5_000 }, crew, folder);
  });
  await publish(values, { page: "docs/performance.md", section: "profile", text: page(figures), figures });
}
