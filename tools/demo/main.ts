// deno task demo: community compute on one machine, from nothing, in half a minute.
import { P2c2rError } from "../../protocol/mod.ts";
import { Crew } from "./crew.ts";
import { readMap } from "./map_file.ts";
import { demoHelp, parseOptions } from "./options.ts";
import { type Audience, play } from "./play.ts";
import { describe, resultOf } from "./summary.ts";

/** The demo is ended by force after this long. */
const wallMsMax = 150_000;
const endGraceMs = 4_000;
/** What a signal may come later than the end of a child that got it, too. */
const sameMomentMs = 300;
const exitCodes = {
  ok: 0,
  missed: 1,
  usage: 64,
  failed: 70,
  config: 78,
  wall: 124,
  interrupted: 130,
} as const;

/** Progress on one line of a terminal; elsewhere one line every few seconds. */
function audienceOn(write: (text: string) => void, terminal: boolean): Audience {
  const quietMs = 3_000;
  let shown = 0;
  let saidMs = -Infinity;
  const clear = () => {
    if (shown > 0) write(`\r${" ".repeat(shown)}\r`);
    shown = 0;
  };
  return {
    say(sentence) {
      clear();
      write(`${sentence}\n`);
    },
    progress(text) {
      if (terminal) {
        clear();
        write(`  ${text}`);
        shown = text.length + 2;
      } else if (performance.now() - saidMs >= quietMs) {
        saidMs = performance.now();
        write(`  ${text}\n`);
      }
    },
  };
}

async function main(): Promise<number> {
  const freshSeed = 1 + crypto.getRandomValues(new Uint32Array(1))[0]! % 0xffff_fffe;
  const options = parseOptions(Deno.args, freshSeed, Deno.env.get("INIT_CWD") ?? Deno.cwd());
  const write = (text: string) => void Deno.stdout.writeSync(new TextEncoder().encode(text));
  if (options.help) {
    write(demoHelp);
    return exitCodes.ok;
  }
  if (options.map !== undefined) await readMap(options.map);
  const audience = audienceOn(write, Deno.stdout.isTerminal());
  const crew = new Crew();
  const early = Promise.withResolvers<number>();
  const onSignal = () => early.resolve(exitCodes.interrupted);
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, onSignal);
  const wall = setTimeout(() => early.resolve(exitCodes.wall), wallMsMax);
  const folder = await Deno.makeTempDir({ prefix: "p2c2r-demo-" });
  audience.say(`Seed ${options.seed}: --seed ${options.seed} makes the same maps, problems and lies again.`);
  const playing = play(options, crew, folder, audience);
  try {
    const findings = await firstOf(playing, early.promise);
    if (typeof findings === "number") {
      audience.say(
        findings === exitCodes.wall ? "Ended: it took too long." : "Interrupted: ending all processes.",
      );
      return findings;
    }
    const { result, missed } = resultOf(findings);
    audience.say(describe(result, missed, findings));
    if (options.json) write(`${JSON.stringify(result)}\n`);
    return result.ok ? exitCodes.ok : exitCodes.missed;
  } finally {
    clearTimeout(wall);
    await crew.end(endGraceMs);
    // The play notices that its cast is gone; only then does nobody write into the folder any more.
    await Promise.race([
      Promise.allSettled([playing]),
      new Promise((resolve) => setTimeout(resolve, endGraceMs)),
    ]);
    await Deno.remove(folder, { recursive: true });
  }
}

/** What ends first. ctrl-C reaches the children as well, and the death of one of them may be heard before the signal. */
async function firstOf<T>(playing: Promise<T>, early: Promise<number>): Promise<T | number> {
  try {
    return await Promise.race([playing, early]);
  } catch (cause) {
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), sameMomentMs));
    const told = await Promise.race([early, late]);
    if (told === null) throw cause;
    return told;
  }
}

function exitCodeOf(error: Error): number {
  if (!(error instanceof P2c2rError)) return exitCodes.failed;
  if (error.code === "config.usage") return exitCodes.usage;
  return error.code === "config.invalid" ? exitCodes.config : exitCodes.failed;
}

if (import.meta.main) {
  try {
    Deno.exit(await main());
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const known = cause instanceof P2c2rError;
    console.error(known ? `${cause.message}. ${cause.hint}` : `The demo failed: ${cause.message}`);
    Deno.exit(exitCodeOf(cause));
  }
}
