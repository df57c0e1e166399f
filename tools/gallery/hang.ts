// Hangs the pictures: a coordinator, two workers, and the backend that asks for what it draws.
import type { Audience } from "../demo/audience.ts";
import { root, startBackend, startWorker } from "../demo/cast.ts";
import type { Crew } from "../demo/crew.ts";
import { openStage } from "../demo/opening.ts";
import { Watch } from "../demo/watch.ts";
import { sourceOf } from "../../coordinator/gateway/mod.ts";
import type { GalleryOrder } from "./backend.ts";
import { writeIndex } from "./index_page.ts";
import type { GalleryOptions } from "./options.ts";
import type { Picture } from "./picture.ts";

const workerLabels = ["worker 1", "worker 2"] as const;
const readyMsMax = 60_000;

/** Makes the pictures and the page that shows them. */
export async function hang(
  options: GalleryOptions,
  crew: Crew,
  folder: string,
  audience: Audience,
): Promise<void> {
  await Deno.mkdir(options.outDir, { recursive: true });
  const opened = await openStage(crew, folder);
  const { stage, url, operator } = opened;
  const workers = workerLabels.map((label) =>
    startWorker(stage, "honest", label, url, options.seed, () => {})
  );
  const watch = new Watch(operator, workers, await Promise.all(workers.map((worker) => worker.id)));
  await watch.untilReady(readyMsMax);
  audience.say(`A coordinator and ${workers.length} workers are ready.`);

  const pictures: Picture[] = [];
  const done = Promise.withResolvers<void>();
  const order: GalleryOrder = {
    url,
    apiKey: opened.key,
    only: options.only,
    small: options.small,
    seed: options.seed,
    outDir: options.outDir,
    finders: [
      ...workers.map(({ label }, at) => ({ source: sourceOf(opened.project, watch.ids[at]!), label })),
      { source: null, label: "trusted" },
    ],
  };
  const backend = startBackend(
    stage,
    { script: `${root}tools/gallery/backend.ts`, order, reads: [options.outDir] },
    (report) => {
      if (report.type === "progress") audience.progress(String(report["text"]));
      if (report.type === "picture") {
        const picture = report as unknown as Picture;
        pictures.push(picture);
        audience.say(`${picture.file}: ${picture.title}, ${picture.tasks} tasks.`);
      }
      if (report.type === "done") done.resolve();
    },
  );
  for (const member of [backend, opened.coordinator]) {
    member.ended.then((code) => {
      done.reject(new Error(`The ${member.name} ended with code ${code}:\n${member.lastWords}`));
    });
  }
  await done.promise;
  await writeIndex(options.outDir, pictures);
}
