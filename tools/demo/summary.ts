// What the demo says at its end: to people in sentences, to programs in one line of JSON.
import { trustRules, wrongServedMean } from "../../coordinator/verify/mod.ts";
import type { StatusReport } from "../../coordinator/app/mod.ts";
import { cautiousDetection, lieOdds } from "./lie_odds.ts";
import { lieNames } from "./lies.ts";
import type { WrongAnswer } from "./recompute.ts";

/** What a worker of the demo is there for. */
export type WorkerRole = "honest" | "liar" | "leaver";

/** A worker as the summary shows it. */
export interface WorkerSummary {
  readonly id: string;
  readonly role: WorkerRole;
  readonly results: number;
  readonly quarantined: boolean;
  readonly creditGranted: number;
}

/** What the backend counted of one kernel. */
export interface KernelFigures {
  readonly kernel: string;
  readonly tasks: number;
  readonly met: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What the backend counted. */
export interface BackendReport {
  readonly tasks: number;
  readonly answered: number;
  readonly failed: number;
  readonly codes: readonly string[];
  readonly met: number;
  readonly byKernel: readonly KernelFigures[];
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly tiers: Readonly<Record<"peer" | "cloud" | "local" | "cache", number>>;
  readonly revoked: number;
  readonly wrong: readonly WrongAnswer[];
  readonly playedS: number;
}

/** A lie as the liar reported it. */
export interface ToldLie {
  readonly name: string;
  readonly kernel: string;
  readonly input: string;
  readonly output: string;
}

/** Everything the demo found out. */
export interface Findings {
  readonly report: BackendReport;
  readonly status: StatusReport;
  readonly lies: readonly ToldLie[];
  readonly workers: readonly WorkerSummary[];
  /** The liar's granted credit when it was quarantined; null when it never was. */
  readonly liarGrantedWhenCaught: number | null;
  readonly wallS: number;
}

/** The last line of `deno task demo --json`. */
export interface DemoResult {
  readonly ok: boolean;
  readonly tasks: number;
  readonly answered: number;
  readonly failed: number;
  readonly deadlineMet: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly tiers: BackendReport["tiers"];
  readonly checked: number;
  readonly rechecked: number;
  readonly shadows: number;
  readonly wrongCaught: number;
  readonly wrongServed: number;
  readonly lies: Readonly<Record<string, { readonly told: number; readonly served: number }>>;
  readonly workers: readonly WorkerSummary[];
  readonly wallS: number;
}

const wrongServedMax = 10;

/** Puts the findings together and says whether all expectations hold. */
export function resultOf(
  findings: Findings,
): { readonly result: DemoResult; readonly missed: readonly string[] } {
  const { report, status, workers } = findings;
  const { trust } = status;
  const deadlineMet = report.met / Math.max(1, report.tasks);
  const missed = missedExpectations(findings, deadlineMet);
  const result: DemoResult = {
    ok: missed.length === 0,
    tasks: report.tasks,
    answered: report.answered,
    failed: report.failed,
    deadlineMet: round(deadlineMet, 5),
    p50Ms: round(report.p50Ms, 2),
    p99Ms: round(report.p99Ms, 2),
    tiers: report.tiers,
    checked: trust.checked,
    rechecked: trust.rechecked,
    shadows: trust.shadows,
    wrongCaught: trust.caught,
    wrongServed: report.wrong.length,
    lies: liesOf(findings),
    workers,
    wallS: round(findings.wallS, 1),
  };
  return { result, missed };
}

/** The summary for people. */
export function describe(result: DemoResult, missed: readonly string[], findings: Findings): string {
  const { report } = findings;
  const { tiers } = result;
  const lines = [
    "",
    `${count(result.tasks)} tasks of a game in ${report.playedS.toFixed(0)} s, computed by strangers:`,
    "",
    `  answered    ${count(result.answered)}, failed ${result.failed}; ${
      (100 * result.deadlineMet).toFixed(2)
    } % by their deadline`,
    ...report.byKernel.map(ofKernel),
    `  computed by peers ${count(tiers.peer)} (${percent(tiers.peer, result.tasks)}), trusted compute ${
      count(tiers.local)
    }, ` +
    `cache ${count(tiers.cache)}`,
    `  verified    ${count(result.checked)} checked, ${count(result.rechecked)} recomputed bit by bit, ${
      count(result.shadows)
    } results of newcomers judged`,
    `  lies        ${findings.lies.length} told, ${result.wrongCaught} caught, ${result.wrongServed} served, ${report.revoked} revoked afterwards`,
    "",
    "  lie              told  served   expected of a worker that tells nothing else, by formula",
  ];
  for (const name of lieNames) {
    const { told = 0, served = 0 } = result.lies[name] ?? {};
    lines.push(
      `  ${name.padEnd(16)} ${String(told).padStart(4)}  ${String(served).padStart(6)}   ${formula(name)}`,
    );
  }
  lines.push("", "  worker    role     results  quarantined  credit granted (micro-credits)");
  for (const worker of result.workers) {
    const { id, role, results, quarantined, creditGranted } = worker;
    const cells = [
      id.slice(0, 8),
      role.padEnd(7),
      String(results).padStart(7),
      (quarantined ? "yes" : "no").padStart(11),
    ];
    lines.push(`  ${cells.join("  ")}  ${count(creditGranted).padStart(14)}`);
  }
  lines.push(
    "  (What was earned in the last 30 s, or by the last 256 results per kernel, is still pending.)",
  );
  lines.push("", "  out/paths.png shows who found which path, out/physics.png six moments of a pile.");
  lines.push(
    missed.length === 0
      ? "  All expectations hold: every task answered, the liar caught and unpaid, the honest ones paid."
      : `  Not as expected: ${missed.join("; ")}.`,
  );
  return lines.join("\n");
}

function ofKernel({ kernel, tasks, met, p50Ms, p99Ms }: KernelFigures): string {
  const times = `half within ${p50Ms.toFixed(1)} ms, 99 % within ${p99Ms.toFixed(1)} ms`;
  return `  ${kernel.padEnd(11)} ${count(tasks)} tasks, ${percent(met, tasks)} in time, ${times}`;
}

function percent(part: number, whole: number): string {
  return `${(100 * part / Math.max(1, whole)).toFixed(1)} %`;
}

function missedExpectations(findings: Findings, deadlineMet: number): string[] {
  const { report, workers, liarGrantedWhenCaught } = findings;
  const missed: string[] = [];
  const expect = (holds: boolean, otherwise: string) => {
    if (!holds) missed.push(otherwise);
  };
  const liar = workers.find((worker) => worker.role === "liar");
  const others = workers.filter((worker) => worker.role !== "liar");
  expect(report.failed === 0, `${report.failed} tasks failed (${report.codes.join(", ")})`);
  expect(deadlineMet >= 0.99, `only ${(100 * deadlineMet).toFixed(2)} % by the deadline`);
  expect(report.tiers.peer >= 0.8 * report.tasks, `only ${report.tiers.peer} tasks answered by peers`);
  expect(liar?.quarantined === true, "the liar was not quarantined");
  expect(others.every((worker) => !worker.quarantined), "an honest worker was quarantined");
  const honest = workers.filter((worker) => worker.role === "honest");
  expect(honest.every((worker) => worker.creditGranted > 0), "an honest worker was not paid");
  const after = (liar?.creditGranted ?? 0) - (liarGrantedWhenCaught ?? Infinity);
  expect(after <= 0, "the liar was paid after it was caught");
  expect(report.wrong.length <= wrongServedMax, `${report.wrong.length} wrong answers served`);
  const known = new Set(findings.lies.map((lie) => `${lie.kernel} ${lie.input} ${lie.output}`));
  const unknown = report.wrong.filter((wrong) =>
    !known.has(`${wrong.kernel} ${wrong.input} ${wrong.output}`)
  );
  expect(unknown.length === 0, `${unknown.length} wrong answers that nobody told`);
  return missed;
}

function liesOf({ lies, report }: Findings): Record<string, { told: number; served: number }> {
  const wrong = new Set(report.wrong.map((each) => `${each.kernel} ${each.input} ${each.output}`));
  const table: Record<string, { told: number; served: number }> = {};
  for (const name of lieNames) table[name] = { told: 0, served: 0 };
  for (const lie of lies) {
    const row = table[lie.name] ??= { told: 0, served: 0 };
    row.told++;
    if (wrong.has(`${lie.kernel} ${lie.input} ${lie.output}`)) row.served++;
  }
  return table;
}

/** The mean number served by a worker that tells only this lie; where none passed, the bound that so many tries allow. */
function formula(name: string): string {
  return lieOdds.filter((each) => each.lie === name).map((odds) => {
    const recheckRate = odds.kernelDetection >= trustRules.detectionMin
      ? trustRules.recheckRateChecked
      : trustRules.recheckRateUnchecked;
    const mean = wrongServedMean({ detection: cautiousDetection(odds), recheckRate });
    const bound = odds.caught === odds.told ? "at most " : "";
    return `${odds.kernel} ${bound}${mean.toFixed(3)} (check caught ${odds.caught} of ${odds.told})`;
  }).join(", ");
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-GB");
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
