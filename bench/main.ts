// deno task bench [name …] [--write] [--json]: runs the benchmarks one after the other, each in a process of its own.
// Figures are for one machine and moment: read the ratios, and compare within one run.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** What can be measured, in the order in which it is. `long`: only when named. `besideLibraries`: in kernels/. */
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
    about: "steps: cost, check, beside TypeScript, rapier and cannon-es",
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
  { name: "demo", about: "twenty demos: wrong answers served", long: true },
] as const;

const usage = `deno task bench [name …] [--runs N] [--write] [--json]\n\n${
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
  const { names, json, help, runs, write } = read;
  if (help) {
    console.log(usage);
    return 0;
  }
  const flags = [
    ...(json ? ["--json"] : []),
    ...(write ? ["--write"] : []),
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
        runs: { type: "string" },
      },
    });
    const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
    if (unknown.length > 0) return `Cannot measure ${unknown.join(", ")}: no such benchmark.`;
    const { runs } = values;
    if (runs !== undefined && !/^[1-9]\d{0,3}$/.test(runs)) {
      return `Cannot measure: --runs is "${runs}", not a count.`;
    }
    return {
      names,
      json: values.json === true,
      write: values.write === true,
      help: values.help === true,
      runs,
    };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return `Cannot measure: ${cause.message}`;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
