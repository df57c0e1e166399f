// How often each kernel's check catches each kind of lie, and what it costs beside run: deno task bench detection
// [--write] [--json]. --write puts the tables into docs/trust.md. Of one kernel alone, by its title there:
// deno run -A bench/detection_bench.ts --only physics [--write] [--json].
import { parseArgs } from "node:util";
import { detectionWanted } from "../tasks-as/testing/detection.ts";
import { measureAll, type Measured } from "../tasks-as/testing/subjects.ts";
import { markdownTable, readSection, writeSection } from "./page_section.ts";

const EFFORT = { tasks: 120, liesEach: 400, seed: 41 } as const;
const CHECK_SHARE_WANTED = 0.05;

/** 1 only where every lie was caught. */
function shareOf(caught: number, told: number): string {
  return caught === told ? "1" : (Math.floor(caught / told * 1000) / 1000).toFixed(3);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function costRow({ title, about, cost }: Measured): string[] {
  return [
    title,
    about,
    cost.runUs.toFixed(0),
    cost.checkUs.toFixed(1),
    percent(cost.shareMean),
    percent(cost.shareMedian),
    cost.shareMean <= CHECK_SHARE_WANTED ? "≤ 5 %" : "≤ 5 %, **missed**",
  ];
}

function costTable(measured: readonly Measured[]): string {
  return markdownTable(
    ["kernel", "tasks", "run, µs", "check, µs", "check / run", "median task", "wanted"],
    measured.map(costRow),
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

/** The section with one kernel's row and table replaced. */
function withOne(section: string, one: Measured): string {
  const row = section.split("\n").find((line) => line.startsWith(`| ${one.title} `));
  const [start, ...blocks] = section.split("\n### ");
  const place = blocks.findIndex((block) => block.startsWith(`${one.title}\n`));
  if (row === undefined || start === undefined || place < 0) {
    throw new Error(`Cannot write ${one.title}: docs/trust.md has no row and table for it`);
  }
  return [
    start.replace(row, `| ${costRow(one).join(" | ")} |`),
    ...blocks.with(place, `${one.title}\n\n${lieTable(one)}\n`),
  ].join("\n### ");
}

const { values } = parseArgs({ args: [...Deno.args], options: { only: { type: "string" } }, strict: false });
const only = typeof values.only === "string" ? values.only : undefined;
const measured = await Array.fromAsync(measureAll(EFFORT, only));
if (measured.length === 0) throw new Error(`Cannot measure ${only}: no kernel's table has that title`);
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
  const [one] = measured;
  await writeSection(
    "docs/trust.md",
    "detection",
    only === undefined || one === undefined
      ? [costTable(measured), ...sections].join("\n\n")
      : withOne(await readSection("docs/trust.md", "detection"), one),
  );
}
