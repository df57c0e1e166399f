// How often each kernel's check catches each kind of lie, and what it costs beside run: deno task bench detection
// [--write] [--json]. --write puts the tables into docs/trust.md.
import { detectionWanted } from "../tasks-as/testing/detection.ts";
import { measureAll, type Measured } from "../tasks-as/testing/subjects.ts";
import { markdownTable, writeSection } from "./page_section.ts";

const EFFORT = { tasks: 120, liesEach: 400, seed: 41 } as const;
const CHECK_SHARE_WANTED = 0.05;

/** 1 only where every lie was caught. */
function shareOf(caught: number, told: number): string {
  return caught === told ? "1" : (Math.floor(caught / told * 1000) / 1000).toFixed(3);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function costTable(measured: readonly Measured[]): string {
  return markdownTable(
    ["kernel", "tasks", "run, µs", "check, µs", "check / run", "median task", "wanted"],
    measured.map(({ title, about, cost }) => [
      title,
      about,
      cost.runUs.toFixed(0),
      cost.checkUs.toFixed(1),
      percent(cost.shareMean),
      percent(cost.shareMedian),
      cost.shareMean <= CHECK_SHARE_WANTED ? "≤ 5 %" : "≤ 5 %, **missed**",
    ]),
  );
}

function lieTable({ lies }: Measured): string {
  return markdownTable(
    ["kind", "lie", "weight", "told", "d", "wanted"],
    lies.map(({ kind, name, weight, told, caught }) => {
      const wanted = detectionWanted[weight];
      const words = wanted === 0 ? "reported" : `≥ ${wanted}`;
      const isMet = caught >= wanted * told;
      return [kind, name, weight, told, shareOf(caught, told), isMet ? words : `${words}, **missed**`];
    }),
  );
}

const measured = await Array.fromAsync(measureAll(EFFORT));
if (Deno.args.includes("--json")) console.log(JSON.stringify(measured));
else {
  for (const { title, cost, lies } of measured) {
    console.log(`${title}: check costs ${percent(cost.shareMean)} of run`);
    console.table(lies.map(({ kind, name, weight, told, caught }) => ({
      kind,
      lie: name,
      weight,
      told,
      d: shareOf(caught, told),
    })));
  }
}
if (Deno.args.includes("--write")) {
  const sections = measured.map((one) => `### ${one.title}\n\n${lieTable(one)}`);
  await writeSection("docs/trust.md", "detection", [costTable(measured), ...sections].join("\n\n"));
}
