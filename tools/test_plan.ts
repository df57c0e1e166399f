// Which tests run together, under which configuration and permissions: data, and the split of files by it.
//
// Two lanes go side by side. In one, whole programs start, wait for each other and are killed, one test after the other,
// with the machine's first attention; in the other, everything that computes takes what they leave of it.
import { isDenoModule, isTest } from "./source_files.ts";

/** One child process of `deno test`. */
export interface TestRun {
  readonly name: string;
  readonly files: readonly string[];
  readonly flags: readonly string[];
  /** Files that run at the same time; as many as there are cores where it is not said. */
  readonly jobs?: number;
  /** Runs of one lane follow each other. What computes steps back where programs run beside it. */
  readonly lane: "programs" | "computing";
}

interface Group extends Omit<TestRun, "files"> {
  readonly owns: (path: string) => boolean;
}

/** Enough for code beside which a test stands: files, loopback, and this very Deno as a child. */
const CLOSED: readonly string[] = [
  "--no-prompt",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-sys",
  "--allow-net=127.0.0.1,localhost,[::1],0.0.0.0",
  `--allow-run=${Deno.execPath()}`,
];

/** Whole programs start and kill processes, some of them not Deno: nothing narrower says the truth. */
const OPEN: readonly string[] = ["--no-prompt", "--allow-all"];

/** The folders of tests/ that need no more than code beside which a test stands. */
const ACROSS = /^tests\/(contract|sim)\//;
/** What the sandbox has to hold, in isolates of all kinds. */
const SANDBOX = /^tests\/(browser|determinism|hostile|meter)\//;
/** Counts what its own process has running: no other file may run in it. */
const HERDS = "tests/hostile/herd_test.ts";
const FLEETS = "tests/fleet/";
const LIBRARIES = "bench/kernels/";
const KERNELS = "tasks-as/";

/** Every file belongs to exactly one group; the groups of a lane run in this order. */
const GROUPS: readonly Group[] = [
  {
    name: "beside the code",
    owns: (path) => ![KERNELS, LIBRARIES, "tests/"].some((folder) => path.startsWith(folder)),
    flags: CLOSED,
    lane: "computing",
  },
  {
    name: "kernels",
    owns: (path) => path.startsWith(KERNELS),
    flags: ["--config", "tasks-as/deno.json", ...CLOSED],
    lane: "computing",
  },
  {
    name: "kernels beside libraries",
    owns: (path) => path.startsWith(LIBRARIES),
    flags: ["--config", "bench/kernels/deno.json", ...CLOSED],
    lane: "computing",
  },
  { name: "across folders", owns: (path) => ACROSS.test(path), flags: CLOSED, lane: "computing" },
  {
    name: "sandbox",
    owns: (path) => SANDBOX.test(path) && path !== HERDS,
    flags: OPEN,
    lane: "computing",
  },
  { name: "herds", owns: (path) => path === HERDS, flags: OPEN, jobs: 1, lane: "computing" },
  { name: "fleets", owns: (path) => path.startsWith(FLEETS), flags: OPEN, jobs: 1, lane: "programs" },
  {
    name: "whole programs",
    owns: (path) =>
      path.startsWith("tests/") && !ACROSS.test(path) && !SANDBOX.test(path) && !path.startsWith(FLEETS),
    flags: OPEN,
    jobs: 1,
    lane: "programs",
  },
];

/** The runs for the test files among `files`; groups without a file are left out. */
export function planRuns(files: readonly string[]): TestRun[] {
  const tests = files.filter((path) => isTest(path) && isDenoModule(path));
  return GROUPS.map(({ owns, ...group }) => ({ ...group, files: tests.filter(owns) }))
    .filter((run) => run.files.length > 0);
}

/** The files at or below one of `paths`; all of them when no path is given. */
export function selectFiles(files: readonly string[], paths: readonly string[]): string[] {
  const wanted = paths.map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));
  if (wanted.length === 0 || wanted.includes("") || wanted.includes(".")) return [...files];
  return files.filter((file) => wanted.some((path) => file === path || file.startsWith(`${path}/`)));
}
