// Twenty demos: how many wrong answers are served, per lie, beside the formula. deno task bench demo [--runs N] [--json]
// Limit: at most 10 in one run, at most 2 on average.
import { root } from "../tools/demo/cast.ts";
import { lieNames } from "../tools/demo/lies.ts";
import type { DemoResult } from "../tools/demo/summary.ts";

const runsDefault = 20;
const wrongMeanLimit = 2;

async function demo(): Promise<DemoResult | null> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "-A", `${root}tools/demo/main.ts`, "--json"],
    stderr: "inherit",
  }).output();
  const last = new TextDecoder().decode(stdout).trim().split("\n").at(-1) ?? "";
  return last.startsWith("{") ? JSON.parse(last) as DemoResult : null;
}

function sum(results: readonly DemoResult[], of: (result: DemoResult) => number): number {
  return results.reduce((total, result) => total + of(result), 0);
}

if (import.meta.main) {
  const at = Deno.args.indexOf("--runs");
  const runs = at < 0 ? runsDefault : Number(Deno.args[at + 1]);
  const json = Deno.args.includes("--json");
  const results: DemoResult[] = [];
  let broken = 0;
  for (let no = 1; no <= runs; no++) {
    const result = await demo();
    if (result === null) broken++;
    else results.push(result);
    if (!json && result !== null) {
      const { ok, wrongServed, wrongCaught, deadlineMet, tiers, wallS } = result;
      console.log(
        `${no}: ok ${ok}, wrong served ${wrongServed}, caught ${wrongCaught}, in time ${deadlineMet}, peers ${tiers.peer}, ${wallS} s`,
      );
    }
  }
  const row = {
    name: "demo",
    runs,
    ok: results.filter((result) => result.ok).length,
    broken,
    wrongServedMean: sum(results, (result) => result.wrongServed) / Math.max(1, results.length),
    wrongServedMax: Math.max(0, ...results.map((result) => result.wrongServed)),
    deadlineMetMin: Math.min(...results.map((result) => result.deadlineMet)),
    lies: Object.fromEntries(lieNames.map((lie) => [lie, {
      told: sum(results, (result) => result.lies[lie]?.told ?? 0),
      served: sum(results, (result) => result.lies[lie]?.served ?? 0),
    }])),
    limitMean: wrongMeanLimit,
  };
  console.log(json ? JSON.stringify(row) : JSON.stringify(row, null, 2));
  Deno.exit(broken === 0 && row.wrongServedMean <= wrongMeanLimit ? 0 : 1);
}
