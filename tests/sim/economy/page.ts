// What was measured, in words and tables: for whoever runs it, and for docs/trust.md.
import { fileURLToPath } from "node:url";
import { markdownTable, writeSection } from "../../../bench/page_section.ts";
import type { KindReport } from "./by_kind.ts";
import type { HonestReport } from "./honest_machines.ts";
import { plot } from "./plot.ts";
import type { FleetReport } from "./population.ts";
import type { Estimate } from "./statistics.ts";

const PAGE = "docs/trust.md";
const PICTURE = new URL("../../../docs/adversary-economy.svg", import.meta.url);

/** All that one run measures. */
export interface EconomyReport {
  readonly kinds: readonly KindReport[];
  readonly honests: readonly HonestReport[];
  readonly fleets: readonly FleetReport[];
}

/** One row for each kind of liar. */
export function kindsTable(kinds: readonly KindReport[]): string {
  const head = ["kind", "d", "q", "wrong served", "formula", "never taken back", "results"];
  const rows = kinds.map(({ kind, detection, recheckRate, wrong, expected, stood, resultsToCatch }) => [
    kind,
    detection,
    `${100 * recheckRate} %`,
    shown(wrong, 2),
    expected.toFixed(2),
    shown(stood, 2),
    resultsToCatch.mean.toFixed(1),
  ]);
  return markdownTable(head, rows);
}

/** One row for each fleet. */
export function fleetsTable(fleets: readonly FleetReport[]): string {
  const head = [
    ...["hostile", "flips", "identities (hostile ones admitted)", "wrong served", "never taken back"],
    ...["extra: drawn + proofs + newcomers", "hedges", "caught after"],
    ...["BOINC: wrong, extra", "two of three: wrong, extra"],
  ];
  const rows = fleets.map((fleet) => {
    const { hostile, flips, identities, admitted, tasks, catchS, rivals } = fleet;
    const rival = ({ wrong, extra }: { readonly wrong: number; readonly extra: number }) =>
      `${Math.round(wrong * 1e6 / tasks)}, ${percent(extra / tasks)}`;
    return [
      `${Math.round(100 * hostile)} %`,
      flips === 1e-4 ? "10⁻⁴" : "10⁻⁶",
      `${identities} (${admitted})`,
      shown(fleet.wrongPerMillion, 0),
      shown(fleet.stoodPerMillion, 0),
      [fleet.recheckShare, fleet.proofShare, fleet.shadowShare].map(percent).join(" + "),
      percent(fleet.hedgeShare),
      catchS === null ? "-" : `${catchS.mean.toFixed(1)} s`,
      rival(rivals.boinc),
      rival(rivals.twoOfThree),
    ];
  });
  return markdownTable(head, rows);
}

/** One sentence for each rate of flipped bits. */
export function honestText(honests: readonly HonestReport[]): string {
  return honests.map(({ flips, identities, resultsEach, punished }) => {
    const [mean, low, high] = [punished.mean, punished.low, punished.high].map((share) =>
      (share * identities).toFixed(0)
    );
    return `Of ${identities} machines that flip a bit in ${
      1 / flips
    } results, ${mean} (${low} – ${high}) were ` +
      `quarantined within their first ${resultsEach} results.`;
  }).join(" ");
}

/** Puts tables, sentences and the picture where readers find them. */
export async function writePage({ kinds, honests, fleets }: EconomyReport): Promise<void> {
  await Deno.writeTextFile(PICTURE, plot(fleets.filter(({ flips }) => flips === 1e-4)));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", fileURLToPath(PICTURE)] }).output();
  await writeSection(PAGE, "adversary kinds", kindsTable(kinds));
  await writeSection(PAGE, "adversary fleets", fleetsTable(fleets));
  await writeSection(PAGE, "honest machines", honestText(honests));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function shown({ mean, low, high }: Estimate, digits: number): string {
  const [from, to] = [low, high].map((end) => Math.max(0, end).toFixed(digits));
  return `${mean.toFixed(digits)} (${from} – ${to})`;
}
