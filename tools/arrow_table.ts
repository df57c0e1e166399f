// Which way imports may point, as data: the folders of docs/architecture.md from the outside in.

/**
 * One kind of file. The first area whose `files` match is the file's area.
 * Patterns are paths from the root; a final `/` means everything below, `*` one path part.
 */
export interface Area {
  readonly name: string;
  readonly files: readonly string[];
  /** What of ours it may import, itself included; absent means anything. */
  readonly may?: readonly string[];
  /** Never shipped, so it may load what it has just made: imports of computed names are fine. */
  readonly computes?: true;
}

/** Everything that may know everything: nothing shipped imports it. */
const FREE: readonly Area[] = [
  { name: "a test", files: ["*_test.ts", "tests/"] },
  { name: "bench and tools", files: ["bench/", "tools/"] },
];

/** The areas, most special first. */
export const AREAS: readonly Area[] = [
  ...FREE,
  { name: "protocol", files: ["protocol/"], may: ["protocol/"] },
  { name: "a codec", files: ["tasks-as/*/codec.ts", "tasks-as/*/codec/"], may: ["tasks-as/*/codec/"] },
  {
    name: "what kernels are tested with",
    files: ["tasks-as/testing/", "tasks-as/*/testing/"],
    may: ["tasks-as/", "tests/deps.ts", "sandbox/meter/mod.ts"],
    computes: true,
  },
  {
    name: "tasks-as",
    files: ["tasks-as/"],
    may: ["tasks-as/", "sandbox/component/mod.ts", "sandbox/meter/mod.ts", "sandbox/wasm/mod.ts"],
    computes: true,
  },
  {
    name: "sandbox",
    files: ["sandbox/"],
    may: ["sandbox/", "protocol/limits.ts", "protocol/errors.ts", "protocol/sha256.ts"],
  },
  {
    name: "the coordinator's composition root",
    files: ["coordinator/main.ts"],
    may: ["coordinator/", "protocol/", "sandbox/"],
  },
  { name: "coordinator", files: ["coordinator/"], may: ["coordinator/", "protocol/"] },
  { name: "worker", files: ["worker/"], may: ["worker/", "sandbox/", "protocol/"] },
  {
    name: "sdk/local",
    files: ["sdk/local/", "sdk/local.ts"],
    may: ["sdk/", "protocol/", "tasks-as/*/codec.ts", "sandbox/"],
  },
  {
    name: "sdk/testing",
    files: ["sdk/testing/", "sdk/testing.ts"],
    may: ["sdk/", "protocol/", "tasks-as/*/codec.ts", "coordinator/"],
  },
  { name: "sdk", files: ["sdk/"], may: ["sdk/", "protocol/", "tasks-as/*/codec.ts"] },
  { name: "examples", files: ["examples/"], may: ["examples/", "sdk/"] },
  { name: "deploy", files: ["deploy/"], may: ["deploy/", "coordinator/main.ts", "worker/main.ts"] },
];

/** Where a package of npm may be imported; no entry means only by tests, bench and tools. */
export interface PackageRule {
  readonly name: string;
  readonly in: readonly string[];
  /** Third-party code is met in one file of each folder named in `in`. */
  readonly oneFileEach?: true;
}

/** The packages that ship, each met in one place. */
export const PACKAGES: readonly PackageRule[] = [
  { name: "hono", in: ["coordinator/app/"] },
  { name: "kysely", in: ["coordinator/store/"] },
  { name: "msgpackr", in: ["protocol/codec.ts"] },
  { name: "ws", in: ["worker/", "sdk/"], oneFileEach: true },
  { name: "tiny-lru", in: ["coordinator/"] },
  { name: "uuidv7", in: ["coordinator/", "sdk/"] },
  { name: "@bytecodealliance/jco", in: ["tasks-as/build.ts", "tasks-as/build/"] },
  { name: "@assemblyscript/wasi-shim", in: ["tasks-as/testing/"] },
  { name: "assemblyscript", in: ["tasks-as/build.ts", "tasks-as/build/", "tasks-as/testing/"] },
];

/** Whether a path from the root fits a pattern of the tables. */
export function matches(pattern: string, path: string): boolean {
  if (pattern.startsWith("*_")) return path.endsWith(pattern.slice(1));
  if (!pattern.includes("*")) return pattern.endsWith("/") ? path.startsWith(pattern) : path === pattern;
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("[^/]+")}${pattern.endsWith("/") ? "" : "$"}`).test(path);
}

/** The area of a file, or undefined where the table has none. */
export function areaOf(path: string): Area | undefined {
  return AREAS.find((area) => area.files.some((pattern) => matches(pattern, path)));
}
