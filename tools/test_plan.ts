// Which tests run together, under which configuration and permissions: data, and the split of files by it.
import { isDenoModule, isTest } from "./source_files.ts";

/** One child process of `deno test`. */
export interface TestRun {
  readonly name: string;
  readonly files: readonly string[];
  readonly flags: readonly string[];
}

interface Group {
  readonly name: string;
  readonly owns: (path: string) => boolean;
  readonly flags: readonly string[];
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

const ACROSS = /^tests\/(contract|sim)\//;

/** Every file belongs to exactly one group; groups run in this order. */
const GROUPS: readonly Group[] = [
  {
    name: "beside the code",
    owns: (path) => !/^(tests|tasks-as|bench\/kernels)\//.test(path),
    flags: ["--parallel", ...CLOSED],
  },
  {
    name: "kernels",
    owns: (path) => path.startsWith("tasks-as/"),
    flags: ["--config", "tasks-as/deno.json", "--parallel", ...CLOSED],
  },
  {
    name: "kernels beside libraries",
    owns: (path) => path.startsWith("bench/kernels/"),
    flags: ["--config", "bench/kernels/deno.json", "--parallel", ...CLOSED],
  },
  { name: "across folders", owns: (path) => ACROSS.test(path), flags: ["--parallel", ...CLOSED] },
  {
    name: "whole programs",
    owns: (path) => path.startsWith("tests/") && !ACROSS.test(path),
    flags: OPEN,
  },
];

/** The runs for the test files among `files`; groups without a file are left out. */
export function planRuns(files: readonly string[]): TestRun[] {
  const tests = files.filter((path) => isTest(path) && isDenoModule(path));
  return GROUPS.map((group) => ({
    name: group.name,
    files: tests.filter(group.owns),
    flags: group.flags,
  })).filter((run) => run.files.length > 0);
}

/** The files at or below one of `paths`; all of them when no path is given. */
export function selectFiles(files: readonly string[], paths: readonly string[]): string[] {
  const wanted = paths.map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));
  if (wanted.length === 0 || wanted.includes("") || wanted.includes(".")) return [...files];
  return files.filter((file) => wanted.some((path) => file === path || file.startsWith(`${path}/`)));
}
