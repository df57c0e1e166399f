// `deno task ok [--static]`: the gate before a commit. Every step runs, each says one line, the last line lists what failed.
// With --static it reads the tree and runs none of it: for where all tests and simulations are run anyway.
import { wrongArrows } from "./arrows.ts";
import { askDeno } from "./child.ts";
import { docsComplaints } from "./docs_lint.ts";
import { licenceComplaints } from "./licences.ts";
import { isDenoModule, repositoryRoot, sourceFiles } from "./source_files.ts";
import { planRuns } from "./test_plan.ts";
import { runTests } from "./test_run.ts";

/** A step of the gate: what is wrong, one line each; nothing when all is well. */
interface Step {
  readonly name: string;
  /** Runs code of the tree, and so stays away with --static. */
  readonly runs?: true;
  readonly run: () => Promise<readonly string[]>;
}

const BUDGET_S = 90;
/** When tests are stopped: a machine that does much else is late, and what it says is not wrong for that. */
const STOP_S = 4 * BUDGET_S;
/** Histories that are simulated before every commit. */
const SEEDS = 200;

/** The runs of `deno task test` that are quick enough to stand before every commit. */
const QUICK_RUNS: readonly string[] = ["beside the code", "across folders"];

/** Folders with a configuration and a lock of their own: what they install, nobody else does. */
const OWN_CONFIGS: readonly string[] = ["tasks-as", "bench/kernels", "bench/peers"];

/** The steps for the tree at `root`, cheapest first. */
function steps(root: string, files: readonly string[]): Step[] {
  // Assembly of a test kernel can be read for what it imports, but not checked.
  const modules = files.filter((path) => isDenoModule(path) && !path.includes("/assembly/"));
  const own = OWN_CONFIGS.map((folder) => modules.filter((path) => path.startsWith(`${folder}/`)));
  const others = modules.filter((path) => !own.flat().includes(path));
  return [
    { name: "fmt", run: () => unformatted(root) },
    { name: "lint", run: () => deno(root, ["lint", "--quiet"]) },
    { name: "arrows", run: () => wrongArrows(root) },
    { name: "docs", run: () => docsComplaints(root) },
    { name: "check", run: () => deno(root, ["check", "--quiet", ...others]) },
    ...OWN_CONFIGS.map((folder, at) => ({
      name: `check ${folder}`,
      run: () => deno(root, ["check", "--quiet", "--config", `${folder}/deno.json`, ...own[at]!]),
    })),
    {
      name: "check worker alone",
      run: () => deno(root, ["check", "--quiet", "--config", "worker/deno.json", "worker/main.ts"]),
    },
    { name: "licences", run: () => licenceComplaints(root) },
    { name: "unit tests", runs: true, run: () => unitTests(root, files) },
    {
      name: "simulation",
      runs: true,
      run: () => deno(root, ["task", "--quiet", "sim", "--seeds", String(SEEDS)]),
    },
  ];
}

/** Runs the steps in order and prints as it goes. Answers whether all went well. */
export async function runSteps(all: readonly Step[], print: (line: string) => void): Promise<boolean> {
  const startedMs = performance.now();
  const failed: string[] = [];
  for (const { name, run } of all) {
    const stepMs = performance.now();
    const complaints = await run();
    const seconds = ((performance.now() - stepMs) / 1000).toFixed(1);
    print(`${complaints.length === 0 ? "ok    " : "FAILED"}  ${name}  ${seconds} s`);
    for (const complaint of complaints) print(`        ${complaint.replaceAll("\n", "\n        ")}`);
    if (complaints.length > 0) failed.push(name);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const late = seconds > BUDGET_S ? `, over the budget of ${BUDGET_S} s` : "";
  print(failed.length === 0 ? `ok: ${all.length} steps` : `FAILED: ${failed.join(", ")}`);
  print(`took ${seconds.toFixed(0)} s${late}`);
  return failed.length === 0;
}

async function deno(root: string, args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await askDeno(root, args);
  const words = `${stdout}${stderr}`.replace(/\n*Stack backtrace:[\s\S]*$/, "").trim();
  return code === 0 ? [] : [words || `deno ${args[0]} exited with ${code}`];
}

/** The names are enough: how to format is what `deno fmt` knows. */
async function unformatted(root: string): Promise<string[]> {
  const complaints = await deno(root, ["fmt", "--check"]);
  const files = complaints.flatMap((words) =>
    [...words.matchAll(/^from (.*):$/gm)].map(([, file]) => `${file}`)
  );
  return files.length > 0 ? files : complaints;
}

async function unitTests(root: string, files: readonly string[]): Promise<string[]> {
  const complaints: string[] = [];
  for (const run of planRuns(files).filter(({ name }) => QUICK_RUNS.includes(name))) {
    const quick = { ...run, flags: [...run.flags, "--reporter=dot"] };
    const result = await runTests(quick, { root, long: false, capMs: STOP_S * 1000, show: "on failure" });
    complaints.push(...result.failed, ...result.complaints);
    if (result.passed === 0) complaints.push(`${run.name}: no test passed`);
  }
  return complaints;
}

if (import.meta.main) {
  const isStatic = Deno.args.length === 1 && Deno.args[0] === "--static";
  if (Deno.args.length > 0 && !isStatic) {
    console.error(
      `Cannot run the gate: ${Deno.args.join(" ")} is not understood, it takes --static or nothing.`,
    );
    Deno.exit(64);
  }
  const root = repositoryRoot();
  const all = steps(root, await sourceFiles(root)).filter(({ runs }) => !isStatic || runs === undefined);
  const ok = await runSteps(all, (line) => console.log(line));
  Deno.exit(ok ? 0 : 1);
}
