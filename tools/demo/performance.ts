// One evening of child processes: a crew, a folder that is gone afterwards, and an end however it comes.
import { P2c2rError } from "../../protocol/mod.ts";
import { Crew } from "./crew.ts";

/** How it ended. */
export type Ending<Result> =
  | { readonly type: "played"; readonly result: Result }
  | { readonly type: "interrupted" }
  | { readonly type: "tooLong" };

const endGraceMs = 4_000;
/** What a signal may come later than the end of a child that got it, too. */
const sameMomentMs = 300;

/**
 * Plays with a crew of child processes and a temporary folder. Whether it is played to its end, interrupted by
 * ctrl-C, ended after `wallMsMax` or fails: the processes end and the folder goes.
 */
export async function perform<Result>(
  prefix: string,
  wallMsMax: number,
  play: (crew: Crew, folder: string) => Promise<Result>,
): Promise<Ending<Result>> {
  const crew = new Crew();
  const early = Promise.withResolvers<Ending<Result>>();
  const onSignal = () => early.resolve({ type: "interrupted" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, onSignal);
  const wall = setTimeout(() => early.resolve({ type: "tooLong" }), wallMsMax);
  const folder = await Deno.makeTempDir({ prefix });
  const playing = play(crew, folder).then((result): Ending<Result> => ({ type: "played", result }));
  try {
    return await firstOf(playing, early.promise);
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
async function firstOf<T>(playing: Promise<T>, early: Promise<T>): Promise<T> {
  try {
    return await Promise.race([playing, early]);
  } catch (cause) {
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), sameMomentMs));
    const told = await Promise.race([early, late]);
    if (told === null) throw cause;
    return told;
  }
}

/** How the program says to a script how it ended. */
export const exitCodes = {
  ok: 0,
  missed: 1,
  usage: 64,
  failed: 70,
  config: 78,
  tooLong: 124,
  interrupted: 130,
} as const;

/** Runs `main` and ends the process with its code; an error is one sentence and a code of its own. */
export async function runProgram(name: string, main: () => Promise<number>): Promise<never> {
  try {
    return Deno.exit(await main());
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const known = cause instanceof P2c2rError;
    console.error(known ? `${cause.message}. ${cause.hint}` : `The ${name} failed: ${cause.message}`);
    return Deno.exit(exitCodeOf(cause));
  }
}

function exitCodeOf(error: Error): number {
  if (!(error instanceof P2c2rError)) return exitCodes.failed;
  if (error.code === "config.usage") return exitCodes.usage;
  return error.code === "config.invalid" ? exitCodes.config : exitCodes.failed;
}
