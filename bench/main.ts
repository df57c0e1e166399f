// deno task bench [name …] [--json]: runs the benchmarks one after the other, each in a process of its own.
// Figures are for one machine and moment: read the ratios, and compare within one run.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** What can be measured, in the order in which it is. `long`: only when named. */
const benches = [
  { name: "codec", about: "frames: parse, encode, pre-scan" },
  { name: "scheduler", about: "one step of the core against workers and queue" },
  { name: "sandbox", about: "isolates: fresh instance, round trip, runaways" },
  { name: "store", about: "ledger, audit and trust: flushes" },
  { name: "pathfind", about: "paths: cost, check, lies caught" },
  { name: "physics", about: "bodies: cost, check, lies caught" },
  { name: "round_trip", about: "2 KiB, one in flight, whole road in real processes: p99 below 5 ms" },
  { name: "demo", about: "twenty demos: wrong answers served", long: true },
] as const;

const usage = `deno task bench [name …] [--runs N] [--json]\n\n${
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
  const { names, json, help, runs } = read;
  if (help) {
    console.log(usage);
    return 0;
  }
  const flags = [...(json ? ["--json"] : []), ...(runs === undefined ? [] : ["--runs", runs])];
  const chosen = names.length > 0
    ? benches.filter((bench) => names.includes(bench.name))
    : benches.filter((bench) => !("long" in bench));
  let failed = 0;
  for (const { name, about } of chosen) {
    if (!json) console.log(`\n== ${name}: ${about}`);
    const file = fileURLToPath(new URL(`${name}_bench.ts`, import.meta.url));
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", file, ...flags],
    }).spawn().status;
    if (code !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

/** The command line, or a sentence that says what is wrong with it. */
function readArgs(args: readonly string[]) {
  try {
    const { values, positionals: names } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: "boolean" }, help: { type: "boolean" }, runs: { type: "string" } },
    });
    const unknown = names.filter((name) => !benches.some((bench) => bench.name === name));
    if (unknown.length > 0) return `Cannot measure ${unknown.join(", ")}: no such benchmark.`;
    const { runs } = values;
    if (runs !== undefined && !/^[1-9]\d{0,3}$/.test(runs)) {
      return `Cannot measure: --runs is "${runs}", not a count.`;
    }
    return { names, json: values.json === true, help: values.help === true, runs };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return `Cannot measure: ${cause.message}`;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
