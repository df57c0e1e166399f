// deno task demo: community compute on one machine, from nothing, in half a minute.
import { audienceOn } from "./audience.ts";
import { readMap } from "./map_file.ts";
import { demoHelp, parseOptions } from "./options.ts";
import { exitCodes, perform, runProgram } from "./performance.ts";
import { play } from "./play.ts";
import { describe, resultOf } from "./summary.ts";

/** The demo is ended by force after this long. */
const wallMsMax = 150_000;

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
  const ending = await perform("p2c2r-demo-", wallMsMax, (crew, folder) => {
    audience.say(
      `Seed ${options.seed}: --seed ${options.seed} makes the same maps, problems and lies again.`,
    );
    return play(options, crew, folder, audience);
  });
  if (ending.type !== "played") {
    const isInterrupted = ending.type === "interrupted";
    audience.say(isInterrupted ? "Interrupted: all processes have ended." : "Ended: it took too long.");
    return exitCodes[ending.type];
  }
  const findings = ending.result;
  const { result, missed } = resultOf(findings);
  audience.say(describe(result, missed, findings));
  if (options.json) write(`${JSON.stringify(result)}\n`);
  return result.ok ? exitCodes.ok : exitCodes.missed;
}

if (import.meta.main) await runProgram("demo", main);
