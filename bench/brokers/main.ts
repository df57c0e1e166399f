// deno task bench:peers: this project beside the brokers that people would otherwise use, in one run, alternating.
// Figures are for one machine and moment: what counts are the ratios.
import { parseArgs } from "node:util";
import { Crew } from "../../tools/demo/crew.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { jsonLine, report } from "./report.ts";
import { Results } from "./results.ts";
import { echoOrder, type Scenario, type ScenarioName, scenarios } from "./scenarios.ts";
import { startBullmq, startEcho, startNats, startP2c2r, type System } from "./systems.ts";

const usage = `Measures this project beside NATS, BullMQ and a bare WebSocket echo, all on this machine

  deno task bench:peers [--rounds N] [--seconds N] [--workers N] [--json]

  --rounds N   how often everything is measured, alternating (default 3)
  --seconds N  how long each measurement takes (default 2)
  --workers N  worker connections of each system (default 100)
  --json       ends with one line of JSON

Needs nats-server and redis-server (Debian: apt-get install nats-server redis-server); what is missing is left out.
`;

const warmMs = 500;
const endMs = 10_000;
const sandboxWorkers = 2;

interface Asked {
  readonly rounds: number;
  readonly seconds: number;
  readonly workers: number;
  readonly json: boolean;
}

/** Reads the command line: what is asked, "help", or a sentence that says what is wrong. */
export function readArgs(args: readonly string[]): Asked | "help" | { readonly wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "2" },
        workers: { type: "string", default: "100" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return "help";
    const { json, ...counts } = {
      json: values.json,
      rounds: values.rounds,
      seconds: values.seconds,
      workers: values.workers,
    };
    for (const [name, text] of Object.entries(counts)) {
      if (!/^[1-9]\d{0,2}$/.test(text)) {
        return { wrong: `--${name} is "${text}", allowed is a whole number from 1 to 999` };
      }
    }
    return {
      json,
      rounds: Number(counts.rounds),
      seconds: Number(counts.seconds),
      workers: Number(counts.workers),
    };
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    return { wrong: cause.message };
  }
}

/** A system and what it is asked. */
interface Entry {
  readonly system: System;
  readonly names: readonly ScenarioName[];
}

/** A system whose server is not installed is named and left out. */
async function orMissing<T>(
  name: string,
  program: string,
  start: () => Promise<T>,
  say: (line: string) => void,
): Promise<T | null> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    say(`${name} is left out: ${program} is not installed (Debian: apt-get install ${program})`);
    return null;
  }
}

const all = Object.keys(scenarios) as ScenarioName[];
const windowed = (window: number) => all.filter((name) => scenarios[name].window === window);

async function startAll(
  { workers }: Asked,
  crew: Crew,
  stack: AsyncDisposableStack,
  folder: string,
  say: (line: string) => void,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  say("Starting the systems");
  const p2c2r = (name: string, window: number) => startP2c2r(crew, folder, name, { workers, window });
  entries.push({ system: await p2c2r("p2c2r", 8), names: windowed(8) });
  entries.push({ system: await p2c2r("p2c2r, one a worker", 1), names: windowed(1) });
  const sandboxed = await startP2c2r(
    crew,
    folder,
    "p2c2r, sandboxes",
    { workers: sandboxWorkers, window: 8 },
    true,
  );
  entries.push({ system: sandboxed, names: ["depth256", "large256"] });
  const nats = await orMissing("NATS", "nats-server", () => startNats(crew, stack, workers), say);
  if (nats !== null) {
    entries.push({ system: nats[0]!, names: all });
    entries.push({ system: nats[1]!, names: ["depth256", "depth1024"] });
  }
  const fleet = (window: number) => startBullmq(crew, stack, { workers, window });
  const bullmq = await orMissing("BullMQ", "redis-server", () => fleet(8), say);
  if (bullmq !== null) entries.push({ system: bullmq, names: windowed(8) });
  return entries;
}

async function measure(
  asked: Asked,
  crew: Crew,
  stack: AsyncDisposableStack,
  folder: string,
  say: (line: string) => void,
): Promise<Results> {
  const entries = await startAll(asked, crew, stack, folder, say);
  const echo = await startEcho(crew, asked.workers);
  const results = new Results();
  const measureMs = asked.seconds * 1000;
  const order = (each: Scenario["order"]) => ({ ...each, warmMs, measureMs });
  for (let round = 0; round < asked.rounds; round++) {
    // One scenario after the other, and within it one system after the other: what disturbs the machine disturbs all.
    for (const name of all) {
      for (const { system, names } of entries) {
        if (names.includes(name)) {
          results.add(system.name, name, await system.run(order(scenarios[name].order)));
        }
      }
      say(`round ${round + 1} of ${asked.rounds}: ${scenarios[name].name}`);
    }
    results.add("echo", "single256", await echo.run(order(echoOrder(asked.workers))));
  }
  return results;
}

async function main(args: readonly string[]): Promise<number> {
  const asked = readArgs(args);
  if (asked === "help" || "wrong" in asked) {
    if (asked === "help") console.log(usage);
    else console.error(`Cannot measure: ${asked.wrong}\n\n${usage}`);
    return asked === "help" ? 0 : 64;
  }
  const crew = new Crew();
  const stopped = Promise.withResolvers<never>();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => stopped.reject(new Interrupted()));
  }
  return await withTempFolder(async (folder) => {
    await using stack = new AsyncDisposableStack();
    stack.defer(() => crew.end(endMs));
    const say = (line: string) => void (asked.json || console.log(line));
    try {
      const results = await Promise.race([measure(asked, crew, stack, folder, say), stopped.promise]);
      if (!asked.json) console.log(report(results));
      console.log(jsonLine(results, asked.rounds));
      return 0;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      return 130;
    }
  });
}

class Interrupted extends Error {}

if (import.meta.main) Deno.exit(await main(Deno.args));
