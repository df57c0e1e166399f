// `deno task sim [--seeds N] [--seed S] [--mutants | --mutant NAME] [--long] [--json]`: plays histories and says which promises were broken.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { playSeeds } from "./campaign.ts";
import { allFaults, faultKinds } from "./faults.ts";
import { type Mutant, mutants } from "./mutants.ts";
import { playMutants } from "./mutation.ts";
import { type SeedReport, simulate } from "./simulation.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;
const USAGE = "deno task sim [--seeds N] [--seed S] [--mutants | --mutant NAME] [--long] [--json]";
const SEEDS = 200;
/** Histories that a mutant may live through before it counts as missed. */
const MUTANT_SEEDS = 300;
const MUTANT_SEEDS_LONG = 1_000;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) {
    console.error(`Usage: ${USAGE}`);
    return EXIT_USAGE;
  }
  const say = options.json ? console.error : console.log;
  if (options.seed !== null) return await replay(options.seed, options.json, say);
  const root = new URL("../../", import.meta.url);
  const threads = navigator.hardwareConcurrency;
  const report = await playSeeds(root, 1, options.seeds, threads, (failed) => say(complaint(failed)));
  const { seeds, events, failed, faults, tookMs } = report;
  for (const kind of allFaults) {
    say(`${String(faults.get(kind) ?? 0).padStart(9)}  ${kind}: ${faultKinds[kind]}`);
  }
  const seedsPerS = Number((seeds * 1000 / tookMs).toFixed(1));
  say(`${seeds} seeds, ${events} events, ${failed.length} broken promises, ${seedsPerS} seeds/s`);
  const sums = { seeds, events, violations: failed.length, faultKinds: faults.size };
  const { table } = options;
  const caught = await playTable(fileURLToPath(root), table, options.long, threads, say);
  const ofMutants = table.length === 0 ? {} : { mutantsCaught: caught, mutants: table.length };
  if (options.json) console.log(JSON.stringify({ ...sums, ...ofMutants, seedsPerS }));
  return failed.length === 0 && caught === table.length ? 0 : EXIT_FAILED;
}

/** Plays mutants; answers how many were caught. */
async function playTable(
  root: string,
  table: readonly Mutant[],
  long: boolean,
  threads: number,
  say: (line: string) => void,
): Promise<number> {
  if (table.length === 0) return 0;
  const seedsMax = long ? MUTANT_SEEDS_LONG : MUTANT_SEEDS;
  const reports = await playMutants(root, table, seedsMax, threads, ({ mutant, caught }) => {
    if (caught === null) say(`MISSED in ${seedsMax} histories: ${mutant.name} (${mutant.file})`);
    else say(`caught by ${caught.seed}: ${mutant.name} (${caught.violation?.rule})`);
  });
  const caught = reports.filter((report) => report.caught !== null).length;
  say(`${caught} of ${table.length} mutants caught`);
  return caught;
}

async function replay(seed: number, json: boolean, say: (line: string) => void): Promise<number> {
  const startedMs = performance.now();
  const report = await simulate(seed);
  const { events, hash, faults, violation } = report;
  for (const [kind, times] of faults) say(`${String(times).padStart(9)}  ${kind}: ${faultKinds[kind]}`);
  say(`seed ${seed}: ${events} events, hash ${hash}`);
  if (violation !== null) say(complaint(report));
  const seedsPerS = Number((1000 / (performance.now() - startedMs)).toFixed(1));
  const sums = { seeds: 1, events, violations: violation === null ? 0 : 1, faultKinds: faults.size };
  if (json) console.log(JSON.stringify({ ...sums, seedsPerS, seed, hash }));
  return violation === null ? 0 : EXIT_FAILED;
}

/** A broken promise, and how to see it again. */
export function complaint({ seed, violation }: SeedReport): string {
  if (violation === null) return `seed ${seed}: every promise was kept`;
  const atS = (violation.atMs / 1000).toFixed(3);
  return `seed ${seed}: ${violation.text} (at ${atS} s)\n  replay: deno task sim --seed ${seed}`;
}

interface Options {
  readonly seeds: number;
  readonly seed: number | null;
  /** The mutants to play. */
  readonly table: readonly Mutant[];
  readonly long: boolean;
  readonly json: boolean;
}

function parse(args: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seeds: { type: "string", default: String(SEEDS) },
        seed: { type: "string" },
        mutants: { type: "boolean", default: false },
        mutant: { type: "string" },
        long: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    const seeds = whole(values.seeds);
    const seed = values.seed === undefined ? null : whole(values.seed);
    const { long, json } = values;
    return { seeds, seed, table: asked(values.mutants, values.mutant), long, json };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

function asked(all: boolean, name: string | undefined): readonly Mutant[] {
  if (name === undefined) return all ? mutants : [];
  const found = mutants.filter((mutant) => mutant.name === name);
  if (found.length === 0) throw new RangeError(`Cannot simulate: there is no mutant "${name}"`);
  return found;
}

function whole(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new RangeError(`Cannot simulate: ${text} is not a whole number above 0`);
}
