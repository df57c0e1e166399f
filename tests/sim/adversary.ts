// `deno task sim:adversary [--json] [--plot FILE]`: what cheating earns and what keeping it down costs.
import { parseArgs } from "node:util";
import { type KindReport, measureKind } from "./economy/by_kind.ts";
import { type Conduct, liar } from "./economy/conduct.ts";
import { type HonestReport, measureHonest } from "./economy/honest_machines.ts";
import { type Stated, statedDetections } from "./economy/kernels_stated.ts";
import { plot } from "./economy/plot.ts";
import { type FleetReport, measureFleet } from "./economy/population.ts";
import type { Estimate } from "./economy/statistics.ts";

const EXIT_USAGE = 64;
const USAGE = "deno task sim:adversary [--json] [--plot FILE]";
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
  const kinds = measureKinds(stated, weakest, say);
  const honests = [1e-4, 1e-6].map((flips) => measureHonest(flips, weakest, IDENTITIES, SEED));
  for (const report of honests) say(honestLine(report));
  const fleets: FleetReport[] = [];
  for (const flips of [1e-4, 1e-6]) {
    for (const hostile of flips === 1e-4 ? [0, 0.1, 0.2, 0.3, 0.4, 0.5] : [0, 0.3]) {
      const fleet = measureFleet({ hostile, flips, detection: weakest, hours: HOURS, seed: SEED });
      fleets.push(fleet);
      say(fleetLine(fleet));
    }
  }
  const drawn = fleets.filter(({ flips }) => flips === 1e-4);
  if (options.plot !== null) await Deno.writeTextFile(options.plot, plot(drawn));
  if (options.json) console.log(JSON.stringify({ kinds, honests, fleets }));
  return 0;
}

function measureKinds(stated: readonly Stated[], weakest: number, say: (line: string) => void): KindReport[] {
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
  return conducts.map(([conduct, detection]) => {
    const report = measureKind(conduct, detection, IDENTITIES, SEED);
    say(kindLine(report));
    return report;
  });
}

function kindLine(
  { kind, detection, recheckRate, wrong, expected, stood, resultsToCatch }: KindReport,
): string {
  return `| ${kind} | ${detection} | ${100 * recheckRate} % | ${show(wrong, 2)} | ${expected.toFixed(2)} | ${
    show(stood, 2)
  } | ${resultsToCatch.mean.toFixed(1)} |`;
}

function honestLine({ flips, identities, resultsEach, punished }: HonestReport): string {
  const each = `${identities} honest machines, ${resultsEach} results each, a flipped bit in ${1 / flips}`;
  return `${each}: quarantined ${
    show({ ...punished, mean: punished.mean * 1000, low: punished.low * 1000, high: punished.high * 1000 }, 1)
  } in 1,000`;
}

function fleetLine(fleet: FleetReport): string {
  const { hostile, flips, identities, admitted, tasks, wrongPerMillion, stoodPerMillion, catchS, rivals } =
    fleet;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const rival = ({ wrong, extra }: { wrong: number; extra: number }) =>
    `${Math.round(wrong * 1e6 / tasks)}, ${percent(extra / tasks)}`;
  return [
    "",
    `${percent(hostile)}, ${flips}`,
    `${identities} (${admitted})`,
    show(wrongPerMillion, 0),
    show(stoodPerMillion, 0),
    `${percent(fleet.recheckShare)} + ${percent(fleet.proofShare)} + ${percent(fleet.shadowShare)}`,
    percent(fleet.hedgeShare),
    catchS === null ? "-" : `${catchS.mean.toFixed(1)} s`,
    rival(rivals.boinc),
    rival(rivals.twoOfThree),
    "",
  ].join(" | ").trim();
}

function show({ mean, low, high }: Estimate, digits: number): string {
  return `${mean.toFixed(digits)} (${low.toFixed(digits)} – ${high.toFixed(digits)})`;
}

function parse(args: string[]): { json: boolean; plot: string | null } | undefined {
  try {
    const options = { json: { type: "boolean", default: false }, plot: { type: "string" } } as const;
    const { values } = parseArgs({ args, options });
    return { json: values.json, plot: values.plot ?? null };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(`Usage: ${USAGE}`);
    return undefined;
  }
}
