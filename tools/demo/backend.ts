// The demo's game backend, a process of its own: real path-finding and physics through the SDK, then the comparison of every answer.
import { pathfind } from "../../tasks-as/pathfind/codec.ts";
import { connect } from "../../sdk/mod.ts";
import { obey, report } from "./child.ts";
import { readMap } from "./map_file.ts";
import { demoMaps, type GameMap, seeded } from "./maps.ts";
import { pathTasks, PathWork } from "./path_work.ts";
import { drawPaths, drawPile, type Finder } from "./pictures.ts";
import { pileScene, pileTasks, PileWork } from "./pile_work.ts";
import { findWrong, loadKernels } from "./recompute.ts";
import { Records, sha256, type TaskRecord } from "./records.ts";

/** What the demo tells its backend, as one JSON argument. */
export interface BackendOrder {
  readonly url: string;
  readonly apiKey: string;
  readonly seed: number;
  readonly map: string | null;
  readonly outDir: string;
  readonly bundlesDir: string;
  readonly dataDir: string;
  readonly finders: readonly Finder[];
}

const progressMs = 250;
/** The piles start one after the other. */
const pileStaggerMs = 1_500;

async function main(order: BackendOrder): Promise<void> {
  const random = seeded(order.seed);
  const maps = order.map === null ? demoMaps(random) : [await readMap(order.map)];
  const grids = maps.map((map) => pathfind.encodeGrid(map));
  const records = new Records();
  const revoked: number[] = [];
  const startMs = performance.now();
  const { paths, piles } = await play(order, maps, grids, records, revoked);
  const playedS = (performance.now() - startMs) / 1000;
  await Deno.mkdir(order.outDir, { recursive: true });
  await Deno.writeFile(`${order.outDir}/paths.png`, drawPaths(maps[0]!, paths.found, order.finders).png());
  await Deno.writeFile(`${order.outDir}/physics.png`, drawPile(piles[0]!.moments).png());
  report({ type: "comparing", tasks: records.all.length });
  const kernels = await loadKernels(order);
  const assets = grids.map((bytes) => ({ digest: sha256(bytes), bytes }));
  let saidMs = performance.now();
  const wrong = await findWrong(records.all, assets, kernels, (done) => {
    if (performance.now() - saidMs < progressMs) return;
    saidMs = performance.now();
    report({ type: "compared", done, of: records.all.length });
  });
  report({ type: "report", ...sums(records.all), revoked: revoked.length, wrong, playedS });
}

async function play(
  order: BackendOrder,
  maps: readonly GameMap[],
  grids: readonly Uint8Array[],
  records: Records,
  revoked: number[],
): Promise<{ readonly paths: PathWork; readonly piles: readonly PileWork[] }> {
  const random = seeded(order.seed ^ 0xbac4);
  await using client = await connect(order.url, { apiKey: order.apiKey });
  client.onRevoked((revocation) => {
    revoked.push(revocation.task);
    report({ type: "revoked", reason: revocation.reason });
  });
  const assets = await Promise.all(grids.map((bytes) => client.asset(bytes)));
  const paths = new PathWork(client, records, maps, assets, random);
  const piles = Array.from(
    { length: pileTasks.piles },
    () => new PileWork(client, records, pileScene(random)),
  );
  const load = async () => {
    for (const pile of piles) await pile.load();
  };
  let pilesLeft = piles.length;
  const ticker = setInterval(() => report(progress(paths, piles, records)), progressMs);
  try {
    await paths.load();
    const loaded = load();
    await Promise.all([
      paths.run(() => pilesLeft > 0, wait),
      ...piles.map(async (pile, at) => {
        await loaded;
        await wait(at * pileStaggerMs);
        await pile.run(wait);
        pilesLeft--;
      }),
    ]);
  } finally {
    clearInterval(ticker);
  }
  report(progress(paths, piles, records));
  return { paths, piles };
}

function progress(
  paths: PathWork,
  piles: readonly PileWork[],
  records: Records,
): Readonly<Record<string, unknown>> {
  return {
    type: "progress",
    paths: paths.done,
    pathsOf: pathTasks.count,
    frames: piles.map((pile) => pile.frame),
    framesOf: pileTasks.seconds * pileTasks.framesPerS,
    met: records.all.filter((record) => record.met).length,
    tasks: records.all.length,
  };
}

/** The figures of the whole run. */
function sums(all: readonly TaskRecord[]): Readonly<Record<string, unknown>> {
  const tiers = { peer: 0, cloud: 0, local: 0, cache: 0 };
  for (const { answer } of all) {
    if (answer !== null) tiers[answer.cached ? "cache" : answer.tier]++;
  }
  const failed = all.filter((record) => record.answer === null);
  const ofKernel = (kernel: string) => all.filter((record) => record.kernel === kernel);
  const met = (some: readonly TaskRecord[]) => some.filter((record) => record.met).length;
  return {
    tasks: all.length,
    answered: all.length - failed.length,
    failed: failed.length,
    codes: [...new Set(failed.map((record) => record.code))],
    met: met(all),
    byKernel: ["pathfind", "physics"].map((kernel) => ({
      kernel,
      tasks: ofKernel(kernel).length,
      met: met(ofKernel(kernel)),
      p50Ms: latencyMs(ofKernel(kernel), 0.5),
      p99Ms: latencyMs(ofKernel(kernel), 0.99),
    })),
    p50Ms: latencyMs(all, 0.5),
    p99Ms: latencyMs(all, 0.99),
    tiers,
  };
}

function latencyMs(some: readonly TaskRecord[], q: number): number {
  const sorted = some.map((record) => record.latencyMs).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) await obey(main);
