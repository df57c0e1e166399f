// Plays histories with a deliberate bug in a copy of the sources, until one of them breaks a promise.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Shard } from "./campaign.ts";
import type { Mutant } from "./mutants.ts";
import type { SeedReport } from "./simulation.ts";

/** What became of a mutant. */
export interface MutantReport {
  readonly mutant: Mutant;
  /** The history that showed it; null when none did. */
  readonly caught: SeedReport | null;
}

/** What a history needs of the sources. */
const FOLDERS = ["coordinator", "protocol", "sandbox", "worker", "tests/sim"] as const;
const BATCH = 20;
/** More at once as it takes longer, up to this. */
const BATCH_MAX = 100;

/** A mutant's file with the bug in it. @throws RangeError when the table does not fit the sources any more */
export function mutate(source: string, { name, file, find, replace }: Mutant): string {
  const at = source.indexOf(find);
  if (at < 0 || source.indexOf(find, at + 1) >= 0) {
    throw new RangeError(`Cannot make mutant "${name}": its text does not stand once in ${file}`);
  }
  return source.slice(0, at) + replace + source.slice(at + find.length);
}

/** Plays up to so many seeds for each mutant, on so many threads. */
export async function playMutants(
  root: string,
  mutants: readonly Mutant[],
  seedsMax: number,
  threads: number,
  done: (report: MutantReport) => void,
): Promise<readonly MutantReport[]> {
  const reports: MutantReport[] = [];
  const left = [...mutants];
  const work = async () => {
    const copy = await Deno.makeTempDir({ prefix: "p2c2r-mutant-" });
    try {
      for (const folder of FOLDERS) await copyFolder(join(root, folder), join(copy, folder));
      for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
        const caught = await playMutant(root, copy, mutant, seedsMax);
        reports.push({ mutant, caught });
        done({ mutant, caught });
      }
    } finally {
      await Deno.remove(copy, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
  return reports;
}

async function playMutant(
  root: string,
  copy: string,
  mutant: Mutant,
  seedsMax: number,
): Promise<SeedReport | null> {
  const source = await Deno.readTextFile(join(root, mutant.file));
  await Deno.writeTextFile(join(copy, mutant.file), mutate(source, mutant));
  const shard = new Shard(pathToFileURL(`${copy}/`));
  try {
    for (
      let from = 1, batch = BATCH;
      from <= seedsMax;
      from += batch, batch = Math.min(2 * batch, BATCH_MAX)
    ) {
      const length = Math.min(batch, seedsMax + 1 - from);
      const seeds = Array.from({ length }, (_, at) => from + at);
      const caught = (await shard.play({ seeds, untilCaught: true })).find(({ violation }) =>
        violation !== null
      );
      if (caught !== undefined) return caught;
    }
    return null;
  } finally {
    shard.close();
    await Deno.writeTextFile(join(copy, mutant.file), source);
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const entry of Deno.readDir(from)) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory) await copyFolder(source, target);
    else if (entry.name.endsWith(".ts")) await Deno.copyFile(source, target);
  }
}
