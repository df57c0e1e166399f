// `deno task test [paths…] [--long]`: every test that needs only Deno, then one line with the sum.
import { parseArgs } from "node:util";
import { relative, resolve } from "node:path";
import { repositoryRoot, sourceFiles } from "./source_files.ts";
import { planRuns, selectFiles, type TestRun } from "./test_plan.ts";
import { type RunResult, runTests } from "./test_run.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;
/** What each lane of tests may take: on a machine where memory is slow the longest needs five minutes. */
const CAP_MS = 8 * 60_000;
const LONG_CAP_MS = 60 * 60_000;
const USAGE = "deno task test [paths…] [--long]";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const asked = parse(args);
  if (asked === undefined) return EXIT_USAGE;
  const root = repositoryRoot();
  const paths = asked.paths.map((path) => fromRoot(root, path));
  const runs = planRuns(selectFiles(await sourceFiles(root), paths));
  if (runs.length === 0) {
    console.error(`Cannot test: no test at ${asked.paths.join(", ") || "all"}`);
    return EXIT_USAGE;
  }
  const results: RunResult[] = [];
  const startedMs = performance.now();
  const lanes = Map.groupBy(runs, ({ lane }) => lane);
  const follow = async ([name, lane]: readonly [TestRun["lane"], readonly TestRun[]]) => {
    for (const run of lane) {
      console.log(`${run.name}: ${run.files.length} test files`);
      const capMs = asked.long ? LONG_CAP_MS : CAP_MS;
      const stepsBack = name === "computing" && lanes.size > 1;
      results.push(await runTests(run, { root, long: asked.long, capMs, stepsBack, show: "always" }));
    }
  };
  await Promise.all([...lanes].map(follow));
  const { lines, ok } = report(results, performance.now() - startedMs);
  console.log(lines.join("\n"));
  return ok ? 0 : EXIT_FAILED;
}

/** What is said at the end: skipped and failed tests by name, one line per run, and the sum as the last line. */
export function report(
  results: readonly RunResult[],
  tookMs: number,
): { lines: string[]; ok: boolean } {
  const skipped = results.flatMap((result) => result.skipped);
  const failed = results.flatMap(({ name, failed, complaints, passed, skipped }) => {
    const ran = passed + failed.length;
    const empty = ran === 0 && complaints.length === 0
      ? [`${name}: no test was executed (${skipped.length} skipped)`]
      : [];
    return [...failed, ...complaints.map((complaint) => `${name}: ${complaint}`), ...empty];
  });
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const lines = [
    "",
    ...skipped.map((test) =>
      `skipped  ${test}${saysWhatItLacks(test) ? "" : "  [does not say what it lacks]"}`
    ),
    ...failed.map((test) => `FAILED   ${test}`),
    ...results.map(({ name, tookMs }) => `${name}: ${(tookMs / 1000).toFixed(1)} s`),
    `took ${(tookMs / 1000).toFixed(1)} s`,
    `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`,
  ];
  return { lines, ok: failed.length === 0 && passed > 0 };
}

/** A skipped test names what it lacked: `… (needs chromium)`. */
function saysWhatItLacks(test: string): boolean {
  return /\bneeds \S/.test(test);
}

function parse(args: string[]): { paths: string[]; long: boolean } | undefined {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { long: { type: "boolean", default: false }, help: { type: "boolean", default: false } },
    });
    if (!values.help) return { paths: positionals, long: values.long };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
  }
  console.error(`Usage: ${USAGE}`);
  return undefined;
}

/** Paths are meant from where the command was typed, which `deno task` remembers. */
function fromRoot(root: string, path: string): string {
  return relative(root, resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path)).replaceAll("\\", "/");
}
