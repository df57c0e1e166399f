// deno task bench:peers: this project beside the brokers that people would otherwise use, in one run, alternating.
// Figures are for one machine and moment: what counts are the ratios.
import { parseArgs } from "node:util";
import { Crew } from "../../tools/demo/crew.ts";
import { withTempFolder } from "../../tools/temp_folder.ts";
import { writeSection } from "../page_section.ts";
import { keepMeasured } from "../measured.ts";
import { figures, kept, page, report } from "./report.ts";
import { Results } from "./results.ts";
import { echoOrder, type Scenario, type ScenarioName, scenarios } from "./scenarios.ts";
import { startBullmq, startEcho, startNats, startNatsLibrary, startP2c2r, type System } from "./systems.ts";

const usage = `Measures this project beside NATS, BullMQ and a bare WebSocket echo, all on this machine

  deno task bench:peers [--quick] [--rounds N] [--seconds N] [--workers N] [--only NAME,…] [--write] [--json]

  --rounds N   how often everything is measured, alternating (default 3)
  --seconds N  how long each measurement takes, 0.1 to 60 (default 1)
  --workers N  worker connections of each system (default 100)
  --quick      one round of half a second each
  --only …     these ways of asking only: ${Object.keys(scenarios).join(", ")}
  --write      puts the table into docs/performance.md
  --json       ends with one line of JSON and says nothing else

Needs nats-server and redis-server (Debian: apt-get install nats-server redis-server); what is missing is left out.
`;

const endMs = 10_000;
const sandboxWorkers = 2;
const [secondsMin, secondsMax] = [0.1, 60];
/** How long each system is loaded before the first round: until V8 has compiled its programs for good. */
const warmUpMs = 6_000;
const quick = { rounds: "1", seconds: "0.5" } as const;
const usual = { rounds: "3", seconds: "1" } as const;
const all = Object.keys(scenarios) as ScenarioName[];

/** What is asked for on the command line. */
export interface Asked {
  readonly rounds: number;
  readonly seconds: number;
  readonly workers: number;
  readonly only: readonly ScenarioName[];
  readonly write: boolean;
  readonly json: boolean;
  /** Of each system, before the first round. */
  readonly warmUpMs: number;
}

/** Reads the command line: what is asked, "help", or a sentence that says what is wrong. */
export function readArgs(args: readonly string[]): Asked | "help" | { readonly wrong: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rounds: { type: "string" },
        seconds: { type: "string" },
        workers: { type: "string", default: "100" },
        only: { type: "string", default: all.join(",") },
        quick: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return "help";
    const counts = { ...(values.quick ? quick : usual), ...values };
    const { rounds, workers } = counts;
    for (const [name, text] of Object.entries({ rounds, workers })) {
      if (!/^[1-9]\d{0,2}$/.test(text)) {
        return { wrong: `--${name} is "${text}", allowed is a whole number from 1 to 999` };
      }
    }
    const seconds = /^\d{1,2}(\.\d)?$/.test(counts.seconds) ? Number(counts.seconds) : NaN;
    if (!(seconds >= secondsMin && seconds <= secondsMax)) {
      return { wrong: `--seconds is "${counts.seconds}", allowed is ${secondsMin} to ${secondsMax}` };
    }
    const only = values.only.split(",") as ScenarioName[];
    const unknown = only.find((name) => !all.includes(name));
    if (unknown !== undefined) return { wrong: `--only names "${unknown}", allowed are ${all.join(", ")}` };
    const { write, json } = values;
    const numbers = { rounds: Number(rounds), seconds, workers: Number(workers) };
    return { ...numbers, only, write, json, warmUpMs: values.quick ? 0 : warmUpMs };
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

const windowed = (window: number) => all.filter((name) => scenarios[name].window === window);
/** What a client with a library around it is asked: enough to see what the library adds. */
const withLibrary: readonly ScenarioName[] = ["latency", "depth256", "open10k"];
const withSandboxes: readonly ScenarioName[] = ["depth256", "large256"];
const byHand: readonly ScenarioName[] = ["depth256", "depth1024"];

/** Starts what the scenarios asked for need. */
async function startAll(
  { workers, only }: Asked,
  crew: Crew,
  stack: AsyncDisposableStack,
  folder: string,
  say: (line: string) => void,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const asked = (names: readonly ScenarioName[]) => names.some((name) => only.includes(name));
  const enter = (system: System | undefined, names: readonly ScenarioName[]) => {
    if (system !== undefined) entries.push({ system, names });
  };
  say("Starting the systems");
  if (asked(windowed(8))) {
    const names = { lean: "p2c2r", ...(asked(withLibrary) ? { sdk: "p2c2r, SDK" } : {}) };
    const [lean, sdk] = await startP2c2r(crew, folder, names, { workers, window: 8 });
    enter(lean, windowed(8));
    enter(sdk, withLibrary);
  }
  if (asked(windowed(1))) {
    const [system] = await startP2c2r(crew, folder, { lean: "p2c2r, one a worker" }, { workers, window: 1 });
    enter(system, windowed(1));
  }
  if (asked(withSandboxes)) {
    const names = { lean: "p2c2r, sandboxes" };
    const [system] = await startP2c2r(crew, folder, names, { workers: sandboxWorkers, window: 8 }, true);
    enter(system, withSandboxes);
  }
  const nats = await orMissing("NATS", "nats-server", () => startNats(crew, stack, workers), say);
  enter(nats?.[0], all);
  enter(nats?.[1], byHand);
  if (nats !== null && asked(withLibrary)) enter(await startNatsLibrary(crew, stack, workers), withLibrary);
  const fleet = { workers, window: 8 };
  const bullmq = await orMissing("BullMQ", "redis-server", () => startBullmq(crew, stack, fleet), say);
  enter(bullmq ?? undefined, windowed(8));
  return entries;
}

async function measure(
  asked: Asked,
  crew: Crew,
  stack: AsyncDisposableStack,
  folder: string,
  say: (line: string) => void,
): Promise<Results> {
  const { rounds, seconds, workers, only } = asked;
  const measureMs = 1000 * seconds;
  const entries = await startAll(asked, crew, stack, folder, say);
  const echo = only.includes("single256") ? await startEcho(crew, workers) : null;
  const results = new Results();
  const order = (each: Scenario["order"]) => ({ ...each, warmMs: measureMs / 4, measureMs });
  for (const { system } of asked.warmUpMs === 0 ? [] : entries) {
    say(`warming up ${system.name}`);
    await system.run({ ...scenarios.depth256.order, warmMs: 0, measureMs: asked.warmUpMs });
  }
  if (asked.warmUpMs > 0) await echo?.run({ ...echoOrder(workers), warmMs: 0, measureMs: asked.warmUpMs });
  for (let round = 0; round < rounds; round++) {
    // One scenario after the other, and within it one system after the other: what disturbs the machine disturbs all.
    for (const name of all.filter((each) => only.includes(each))) {
      for (const { system, names } of entries) {
        if (names.includes(name)) {
          results.add(system.name, name, await system.run(order(scenarios[name].order)));
        }
      }
      if (name === "single256" && echo !== null) {
        results.add("echo", name, await echo.run(order(echoOrder(workers))));
      }
      say(`round ${round + 1} of ${rounds}: ${scenarios[name].name}`);
    }
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
      if (asked.write) {
        await writeSection("docs/performance.md", "peers", page(results, asked));
        await keepMeasured("peers", kept(results, asked.rounds));
      }
      console.log(JSON.stringify(figures(results, asked.rounds)));
      return 0;
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      return 130;
    }
  });
}

class Interrupted extends Error {}

if (import.meta.main) Deno.exit(await main(Deno.args));
