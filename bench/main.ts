// deno task bench [name …] [--json]: runs the benchmarks one after the other, each in a process of its own.
// Figures are for one machine and moment: read the ratios, and compare within one run.
import { fileURLToPath } from "node:url";

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
  const flags = args.filter((arg) => arg.startsWith("-"));
  const names = args.filter((arg) => !arg.startsWith("-"));
  const unknown = [
    ...flags.filter((flag) => flag !== "--json"),
    ...names.filter((name) => !benches.some((bench) => bench.name === name)),
  ];
  if (flags.includes("--help")) {
    console.log(usage);
    return 0;
  }
  if (unknown.length > 0) {
    console.error(`Cannot measure ${unknown.join(", ")}: no such benchmark or flag.\n\n${usage}`);
    return 64;
  }
  const chosen = names.length > 0
    ? benches.filter((bench) => names.includes(bench.name))
    : benches.filter((bench) => !("long" in bench));
  let failed = 0;
  for (const { name, about } of chosen) {
    if (!flags.includes("--json")) console.log(`\n== ${name}: ${about}`);
    const file = fileURLToPath(new URL(`${name}_bench.ts`, import.meta.url));
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "-A", file, ...flags],
    }).spawn().status;
    if (code !== 0) failed++;
  }
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
