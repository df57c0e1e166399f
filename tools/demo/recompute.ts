// The last word: every byte string the backend first received, compared with a computation of our own.
import { type Asset, type Bundle, createPool, loadInstalled, parseSigners } from "../../sandbox/mod.ts";
import { sha256, type TaskRecord } from "./records.ts";

/** A task whose first answer was not what the kernel computes. */
export interface WrongAnswer {
  readonly kernel: string;
  /** SHA-256 of input and of the bytes received. */
  readonly input: string;
  readonly output: string;
}

/** Where bundles and their signatures are. */
export interface BundleFolders {
  readonly bundlesDir: string;
  readonly dataDir: string;
}

/** Loads the signed kernels by id, the newest release of each. */
export async function loadKernels(folders: BundleFolders): Promise<ReadonlyMap<string, Bundle>> {
  const signers = await parseSigners(JSON.parse(await Deno.readTextFile(`${folders.dataDir}/signers.json`)));
  const { bundles } = await loadInstalled(folders.bundlesDir, `${folders.dataDir}/signatures`, signers);
  return new Map(bundles.map((bundle) => [bundle.manifest.id, bundle]));
}

/** Recomputes every answered task; calls `onProgress` with how many are done. */
export async function findWrong(
  records: readonly TaskRecord[],
  grids: readonly Asset[],
  kernels: ReadonlyMap<string, Bundle>,
  onProgress: (done: number) => void,
): Promise<WrongAnswer[]> {
  const slots = Math.max(1, navigator.hardwareConcurrency);
  const pool = createPool({ slots });
  const wrong: WrongAnswer[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let at = next++; at < records.length; at = next++) {
      const record = records[at]!;
      const bundle = kernels.get(record.kernel);
      if (record.answer === null || bundle === undefined) continue;
      const assets = record.map === null ? [] : [grids[record.map]!];
      const outcome = await pool.run(bundle, record.input, assets);
      if (outcome.type === "failure") throw new Error(`Cannot recompute a task: ${outcome.message}`);
      if (sha256(outcome.output) !== record.answer.output) {
        wrong.push({ kernel: record.kernel, input: sha256(record.input), output: record.answer.output });
      }
      onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: slots }, work));
  await pool.close();
  return wrong;
}
