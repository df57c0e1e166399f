// `deno task sim [--seeds N] [--seed S] [--json]`: plays histories and says which promises were broken.
import { parseArgs } from "node:util";
import { playSeeds } from "./campaign.ts";
import { allFaults, faultKinds } from "./faults.ts";
import { type SeedReport, simulate } from "./simulation.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;
const USAGE = "deno task sim [--seeds N] [--seed S] [--json]";
const SEEDS = 200;

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
  const report = await playSeeds(root, 1, options.seeds, navigator.hardwareConcurrency, (failed) => {
    say(complaint(failed));
  });
  const { seeds, events, failed, faults, tookMs } = report;
  for (const kind of allFaults) {
    say(`${String(faults.get(kind) ?? 0).padStart(9)}  ${kind}: ${faultKinds[kind]}`);
  }
  const seedsPerS = Number((seeds * 1000 / tookMs).toFixed(1));
  say(`${seeds} seeds, ${events} events, ${failed.length} broken promises, ${seedsPerS} seeds/s`);
  const sums = { seeds, events, violations: failed.length, faultKinds: faults.size };
  if (options.json) console.log(JSON.stringify({ ...sums, seedsPerS }));
  return failed.length === 0 ? 0 : EXIT_FAILED;
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
  readonly json: boolean;
}

function parse(args: string[]): Options | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seeds: { type: "string", default: String(SEEDS) },
        seed: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    const seeds = whole(values.seeds);
    const seed = values.seed === undefined ? null : whole(values.seed);
    return { seeds, seed, json: values.json };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

function whole(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new RangeError(`Cannot simulate: ${text} is not a whole number above 0`);
}
