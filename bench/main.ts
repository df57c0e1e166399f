// deno task bench [name …] [--write] [--json] [--quick]: runs the benchmarks one after the other, each in a process of its own.
// Figures are for one machine and moment: read the ratios, and compare within one run.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/**
 * What can be measured, in the order in which it is. `long`: only when named. `besideLibraries`: in kernels/. `staged`: a
 * coordinator with fleets around it, as processes; knows `--quick` and `--long`.
 */
const benches = [
  { name: "codec", about: "frames: parse, encode, pre-scan" },
  { name: "scheduler", about: "the core against workers and queue; --write: docs/scheduling.md" },
  { name: "meter", about: "metered kernels beside their own cores, ns per fuel" },
  { name: "sandbox", about: "fresh instance, assets, checks, bundles" },
  { name: "isolates", about: "threads, processes, browser: round trip, starts, runaways, memory" },
  { name: "wasi", about: "kernels that import WASI: instance, run, call, bytes" },
  { name: "store", about: "ledger, audit and trust: flushes" },
  { name: "pathfind", about: "paths: cost, check", besideLibraries: true },
  { name: "flowfield", about: "fields: cost, beside TypeScript, a library and C", besideLibraries: true },
  {
    name: "physics",
    about: "steps: cost, check, beside TypeScript, C, rapier and cannon-es",
    besideLibraries: true,
  },
  { name: "terrain", about: "chunks: cost, check, noise beside simplex-noise and C", besideLibraries: true },
  { name: "mesh", about: "light and quads: cost beside TypeScript and ao-mesher", besideLibraries: true },
  { name: "detection", about: "kernels' checks: lies caught, cost beside run; --write: docs/trust.md" },
  { name: "round_trip", about: "2 KiB, one in flight, whole road in real processes: p99 below 5 ms" },
  {
    name: "hostile_fleet",
    about: "40 slots, 30 % hostile or slow, a tenth leaving each second: deadlines met",
  },
  { name: "profile", about: "the coordinator under load, function by function", staged: true },
  { name: "books", about: "ledger and audit on beside off: at most 10 % of the CPU", staged: true },
  { name: "overhead", about: "what a worker adds to a kernel: a median of 150 µs at most", staged: true },
  { name: "wire", about: "bytes on the wire per byte of payload: at most 1.10", staged: true },
  { name: "scale", about: "cost against workers, payload, waiting tasks, projects", staged: true },
  { name: "idle", about: "10,000 idle worker connections: memory, heartbeats", staged: true },
  { name: "several", about: "the same load on 1, 2 and 4 coordinators", staged: true },
  { name: "parts", about: "the parts of a task's way in one table: codec, core, sandbox, books", long: true },
  { name: "promises", about: "what is promised beside what was measured last", long: true },
  { name: "million", about: "a million workers, calculated from scale, idle, wire and store", long: true },
  { name: "soak", about: "memory and p99 stay flat; --long: twelve minutes", staged: true, long: true },
  { name: "demo", about: "twenty demos: wrong answers served", long: true },
] as const;

const usage = `deno task bench [name …] [--runs N] [--write] [--json] [--quick | --long]\n\n${
  benches.map((bench) =>
    `  ${bench.name.padEnd(12)} ${bench.about}${"long" in bench ? " (only when named)" : ""}`
  ).join("\n")
}\n`;

async function main(args: readonly string[]): Promise<number> {
  const read = readArgs(args);
  if (typeof read === "string") {
    console.error(`${read}\n\n${usage}`);
    return 64;
  }
  const { names, json, help, runs, write, quick, long } = read;
  if (help) {
    console.log(usage);
    return 0;
  }
  const flags = [
    ...(json ? ["--json"] : []),
    ...(write ? ["--write"] : []),
    ...(quick ? ["--quick"] : []),
    ...(long ? ["--long"] : []),
    ...(runs === undefined ? [] : ["--runs", runs]),
  ];
  const chosen = names.length > 0
    ? benches.filter((bench) => names.includes(bench.name))
    : benches.filter((bench) => !("long" in bench));
  let failed = 0;
  for (const bench of chosen) {
    if (!json) console.log(`\n== ${bench.name}: ${bench.about}`);
    const folder = "besideLibraries" in bench ? "kernels/" : "";
    const file = fileURLToPath(new URL(`${folder}${bench.name}_bench.ts`, import.meta.url));
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", ...configFor(folder), file, ...flags],
    }).spawn().status;
    if (code !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

/** What kernels are compared with stands in a configuration of its own. */
function configFor(folder: string): readonly string[] {
  return folder === "" ? [] : ["--config", fileURLToPath(new URL(`${folder}deno.json`, import.meta.url))];
}

/** The command line, or a sentence that says what is wrong with it. */
function readArgs(args: readonly string[]) {
  try {
    const { values, positionals: names } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        write: { type: "boolean" },
        help: { type: "boolean" },
        quick: { type: "boolean" },
        long: { type: "boolean" },
        runs: { type: "string" },
      },
    });
    const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
    if (unknown.length > 0) return `Cannot measure ${unknown.join(", ")}: no such benchmark.`;
    const { runs, quick = false, long = false } = values;
    const sized = quick || long;
    const other = benches.find((bench) => !("staged" in bench) && names.includes(bench.name));
    if (sized && (other !== undefined || names.length === 0)) {
      const staged = benches.filter((bench) => "staged" in bench).map((bench) => bench.name);
      return `Cannot measure: only ${staged.join(", ")} can be --quick or --long.`;
    }
    if (runs !== undefined && !/^[1-9]\d{0,3}$/.test(runs)) {
      return `Cannot measure: --runs is "${runs}", not a count.`;
    }
    return {
      names,
      json: values.json === true,
      write: values.write === true,
      help: values.help === true,
      quick,
      long,
      runs,
    };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return `Cannot measure: ${cause.message}`;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
