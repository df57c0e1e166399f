// Runs children of `deno test` and adds up what they say. A run that tests nothing has failed.
import { parseJunit, type TestCase } from "./junit.ts";
import { readIfThere } from "./source_files.ts";
import { withTempFolder } from "./temp_folder.ts";
import { TextLineStream } from "./demo/text_lines.ts";
import type { TestRun } from "./test_plan.ts";

/** What one run came to. `complaints` are failures that no test carries, one sentence each. */
export interface RunResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: readonly string[];
  readonly skipped: readonly string[];
  readonly complaints: readonly string[];
  readonly tookMs: number;
}

export interface RunOptions {
  readonly root: string;
  /** Long campaigns too: tests see P2C2R_LONG=1. */
  readonly long: boolean;
  /** A run past this is stopped and has failed. */
  readonly capMs: number;
  /** Steps back as far as it can: something that watches the clock runs beside it. */
  readonly stepsBack?: boolean;
  /** When the child's own output is shown. */
  readonly show: "always" | "on failure" | "never";
}

/** How long a stopped run may take to say goodbye. */
const GOODBYE_MS = 5_000;
/** How far what computes steps back, in steps of `nice`: as far as a worker does for its helper. */
const STEPS_BACK = 19;

/** Runs one child and reads its report. */
export async function runTests(run: TestRun, options: RunOptions): Promise<RunResult> {
  const startedMs = performance.now();
  return await withTempFolder(async (folder) => {
    const report = `${folder}/report.xml`;
    const child = await runChild(run, report, options);
    const cases = parseJunit(await readIfThere(report) ?? "");
    const result = summarise(run.name, cases, child.code);
    const silent = child.code === 0 ? await silentFiles(run.files, cases, options.root) : [];
    const complaints = [...result.complaints, ...silent.map((file) => `${file} holds no test`)];
    const bad = result.failed.length > 0 || complaints.length > 0;
    if (options.show === "on failure" && bad) child.lines.forEach((line) => console.error(line));
    const late = child.stopped ? [`stopped after ${options.capMs / 1000} s`] : [];
    return {
      ...result,
      complaints: [...late, ...complaints],
      tookMs: performance.now() - startedMs,
    };
  });
}

/** Turns a report and an exit code into a result; they have to agree. */
export function summarise(name: string, cases: readonly TestCase[], code: number): Omit<RunResult, "tookMs"> {
  const label = ({ file, name }: TestCase) => `${file}: ${name}`;
  const tests = cases.filter(({ isStep }) => !isStep);
  const failed = tests.filter(({ result }) => result === "failed").map(label);
  const complaints: string[] = [];
  if (code !== 0 && failed.length === 0) {
    complaints.push(`deno test exited with ${code} and named no failed test`);
  }
  if (code === 0 && failed.length > 0) complaints.push("deno test exited with 0 though a test failed");
  return {
    name,
    passed: tests.filter(({ result }) => result === "passed").length,
    failed,
    skipped: cases.filter(({ result }) => result === "skipped").map(label),
    complaints,
  };
}

/** Test files without a test. One whose tests stand in a module it imports (a contract suite) is heard through that. */
async function silentFiles(
  files: readonly string[],
  cases: readonly TestCase[],
  root: string,
): Promise<string[]> {
  const heard = new Set(cases.map(({ file }) => file));
  const suites = [...heard].map((file) => file.slice(file.lastIndexOf("/")));
  const silent: string[] = [];
  for (const file of files.filter((file) => !heard.has(file))) {
    const source = await Deno.readTextFile(`${root}/${file}`);
    if (!suites.some((suite) => source.includes(`${suite}"`))) silent.push(file);
  }
  return silent;
}

async function runChild(
  run: TestRun,
  report: string,
  options: RunOptions,
): Promise<{ code: number; stopped: boolean; lines: readonly string[] }> {
  // Types are the gate's: `deno task ok` checks them in every file.
  const args = ["test", "--no-check", "--parallel", `--junit-path=${report}`, ...run.flags, ...run.files];
  const [program = "", ...rest] = [...behind(options), Deno.execPath(), ...args];
  const child = new Deno.Command(program, {
    args: rest,
    cwd: options.root,
    env: {
      ...(options.long ? { P2C2R_LONG: "1" } : {}),
      ...(run.jobs === undefined ? {} : { DENO_JOBS: `${run.jobs}` }),
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let stopped = false;
  const timers = [
    setTimeout(() => {
      stopped = true;
      stop(child, "SIGINT");
    }, options.capMs),
    setTimeout(() => stop(child, "SIGKILL"), options.capMs + GOODBYE_MS),
  ];
  const lines: string[] = [];
  // Whole lines, since another lane speaks as well.
  const hear = (line: string) => options.show === "always" ? console.log(line) : lines.push(line);
  try {
    const heard = Promise.all([eachLine(child.stdout, hear), eachLine(child.stderr, hear)]);
    const { code } = await child.status;
    // Whatever a stopped test has left running may hold the pipes open for ever.
    await Promise.race([heard, new Promise((late) => timers.push(setTimeout(late, GOODBYE_MS)))]);
    return { code, stopped, lines };
  } finally {
    timers.forEach(clearTimeout);
  }
}

/** What a run that steps back is started with. */
function behind({ stepsBack }: RunOptions): readonly string[] {
  return stepsBack === true && Deno.build.os !== "windows" ? ["nice", "-n", `${STEPS_BACK}`] : [];
}

async function eachLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>, hear: (line: string) => void) {
  const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) hear(line);
}

function stop(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // A TypeError says the child has ended by itself.
  }
}
