// The demo's plot: everybody on stage, the liar told when to begin, one worker killed half-way, the findings at the end.
import { sourceOf } from "../../coordinator/gateway/mod.ts";
import type { Audience } from "./audience.ts";
import type { BackendOrder } from "./backend.ts";
import { type DemoWorker, root, startBackend, startWorker } from "./cast.ts";
import type { Crew } from "./crew.ts";
import { bundlesDir, type Opened, openStage } from "./opening.ts";
import type { DemoOptions } from "./options.ts";
import { pathTasks } from "./path_work.ts";
import type { BackendReport, Findings, ToldLie } from "./summary.ts";
import { Watch } from "./watch.ts";

const readyMsMax = 30_000;

/** Runs the whole demo and answers what was found. */
export async function play(
  options: DemoOptions,
  crew: Crew,
  folder: string,
  audience: Audience,
): Promise<Findings> {
  const startMs = performance.now();
  const opened = await openStage(crew, folder);
  const { stage, coordinator, operator, url } = opened;
  audience.say(`A coordinator listens at ${url}, with kernels signed by a key made for this run.`);

  const lies: ToldLie[] = [];
  const onLie = (report: Readonly<Record<string, unknown>>) => {
    if (report["type"] === "lie") lies.push(report as unknown as ToldLie);
  };
  const cast = [["honest", "honest 1"], ["honest", "honest 2"], ["liar", "liar"], [
    "leaver",
    "leaver",
  ]] as const;
  const workers = cast.map(([role, label]) => startWorker(stage, role, label, url, options.seed, onLie));
  const watch = new Watch(operator, workers, await Promise.all(workers.map((worker) => worker.id)));
  await watch.untilReady(readyMsMax);
  audience.say("Four workers have joined: two are honest, one will lie, one will be killed half-way.");

  const report = backendReport(opened, options, workers, watch, audience);
  const watched = watch.poll().catch((cause) => {
    const state = `it does not answer; its last words: ${coordinator.lastWords}`;
    throw new Error(`Cannot watch the coordinator: ${state}`, { cause });
  });
  const counted = await Promise.race([report, watched.then(() => report)]);
  watch.stop();
  await watched;
  const status = await watch.look();
  return {
    report: counted,
    status,
    lies,
    workers: watch.summary(),
    liarGrantedWhenCaught: watch.liarGrantedWhenCaught,
    wallS: (performance.now() - startMs) / 1000,
  };
}

/** Starts the backend; resolves with what it counted, rejects when it or the coordinator ends before that. */
function backendReport(
  opened: Opened,
  options: DemoOptions,
  workers: readonly DemoWorker[],
  watch: Watch,
  audience: Audience,
): Promise<BackendReport> {
  const done = Promise.withResolvers<BackendReport>();
  const finders = workers.map(({ label }, at) => ({
    source: sourceOf(opened.project, watch.ids[at]!),
    label,
  }));
  const order: BackendOrder = {
    url: opened.url,
    apiKey: opened.key,
    seed: options.seed,
    map: options.map ?? null,
    outDir: `${root}out`,
    bundlesDir,
    dataDir: opened.dataDir,
    finders: [...finders, { source: null, label: "trusted" }],
  };
  const script = `${root}tools/demo/backend.ts`;
  const reads = order.map === null ? [] : [order.map];
  const backend = startBackend(opened.stage, { script, order, reads }, (report) => {
    if (report.type === "report") done.resolve(report as unknown as BackendReport);
    if (report.type === "progress") onProgress(report, watch, workers, audience);
    if (report.type === "revoked") watch.revoked++;
    if (report.type === "comparing") {
      audience.say("All answered. Comparing every answer with a computation of our own …");
    }
    if (report.type === "compared") audience.progress(`compared ${report["done"]} of ${report["of"]}`);
  });
  for (const member of [backend, opened.coordinator]) {
    member.ended.then((code) => {
      done.reject(new Error(`The ${member.name} ended with code ${code}:\n${member.lastWords}`));
    });
  }
  return done.promise;
}

function onProgress(
  report: Readonly<Record<string, unknown>>,
  watch: Watch,
  workers: readonly DemoWorker[],
  audience: Audience,
): void {
  const { paths, pathsOf, frames, framesOf, met, tasks } = report as Record<string, number> & {
    frames: number[];
  };
  const leaver = workers.find((worker) => worker.role === "leaver");
  if (paths! >= pathTasks.count / 2 && leaver?.member.alive) {
    leaver.member.kill("SIGKILL");
    audience.say("Half-way: one worker was killed in the middle of its work.");
  }
  if (watch.news !== null) {
    audience.say(watch.news);
    watch.news = null;
  }
  const inTime = (100 * met! / Math.max(1, tasks!)).toFixed(2);
  const piles = frames.map((frame) => `${frame}`).join("/");
  audience.progress(
    `paths ${paths} of ${pathsOf}, frames ${piles} of ${framesOf} each, ${inTime} % in time, ${watch.revoked} revoked`,
  );
}
