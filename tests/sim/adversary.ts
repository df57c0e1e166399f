// `deno task sim:adversary [--json] [--write]`: what cheating earns and what keeping it down costs.
import { parseArgs } from "node:util";
import { type KindReport, measureKind } from "./economy/by_kind.ts";
import { type Conduct, liar } from "./economy/conduct.ts";
import { measureHonest } from "./economy/honest_machines.ts";
import { type Stated, statedDetections } from "./economy/kernels_stated.ts";
import { fleetsTable, honestText, kindsTable, writePage } from "./economy/page.ts";
import { type FleetReport, measureFleet } from "./economy/population.ts";

const EXIT_USAGE = 64;
const USAGE = "deno task sim:adversary [--json] [--write]";
const IDENTITIES = 1_000;
const SEED = 5;
const HOURS = 1;

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) return EXIT_USAGE;
  const say = options.json ? console.error : console.log;
  const stated = await statedDetections();
  const weakest = Math.min(...stated.map(({ detection }) => detection));
  const kinds = measureKinds(stated, weakest);
  say(`${kindsTable(kinds)}\n`);
  const honests = [1e-4, 1e-6].map((flips) => measureHonest(flips, weakest, IDENTITIES, SEED));
  say(`${honestText(honests)}\n`);
  const fleets = measureFleets(weakest);
  say(fleetsTable(fleets));
  const report = { kinds, honests, fleets };
  if (options.write) await writePage(report);
  if (options.json) console.log(JSON.stringify(report));
  return 0;
}

function measureKinds(stated: readonly Stated[], weakest: number): KindReport[] {
  const conducts: readonly (readonly [Conduct, number])[] = [
    ...stated.map(({ kernel, detection }) =>
      [liar(`${kernel}: once trusted`, detection), detection] as const
    ),
    [liar("one in twenty", weakest, { chance: 0.05 }), weakest],
    [liar("sleeper, 60 results", weakest, { patience: 60 }), weakest],
    [liar("agreed", weakest, { agrees: true }), weakest],
    [liar("seen by no check, 5 %", 0), 0],
    [liar("seen by no check, 3 %", 0), 0.6],
    [liar("seen 99 times in 100", 0.99), 0.99],
  ];
  return conducts.map(([conduct, detection]) => measureKind(conduct, detection, IDENTITIES, SEED));
}

function measureFleets(detection: number): FleetReport[] {
  const crowds = [
    ...[0, 0.1, 0.2, 0.3, 0.4, 0.5].map((hostile) => ({ hostile, flips: 1e-4 })),
    ...[0, 0.3].map((hostile) => ({ hostile, flips: 1e-6 })),
  ];
  return crowds.map((crowd) => measureFleet({ ...crowd, detection, hours: HOURS, seed: SEED }));
}

function parse(args: string[]): { json: boolean; write: boolean } | undefined {
  try {
    const options = {
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
    } as const;
    const { values } = parseArgs({ args, options });
    return { json: values.json, write: values.write };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`Usage: ${USAGE}`);
    return undefined;
  }
}
